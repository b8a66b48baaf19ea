package actors_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"partyline/actors"
	"partyline/persistence"
	"partyline/protocol"
)

// reversion stores the stream's snapshot again, as one of a version that nobody knows.
func reversion(t *testing.T, j persistence.Journal, stream string, seq persistence.Seq) {
	t.Helper()
	s, _, err := j.LoadSnapshot(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	s.Stream, s.Version, s.Seq = stream, 99, max(s.Seq, seq)
	if err := j.SaveSnapshot(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// TestStandingsOfAnotherVersionPreventStart: counted anew they would lack the totals
// of deleted sessions, and nobody would be told.
func TestStandingsOfAnotherVersionPreventStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.vote()
		n.stop()
		reversion(t, n.journal, "standings", 1)
		_, err := actors.New(context.Background(), actors.Options{Journal: n.journal})
		if err == nil || !strings.Contains(err.Error(), "version 99") {
			t.Fatalf("%v, want words about the version", err)
		}
		if s, _, _ := n.journal.LoadSnapshot(t.Context(), "standings"); s.Version != 99 {
			t.Error("the snapshot was replaced")
		}
		// A program that knows the version goes on.
		s, _, _ := n.journal.LoadSnapshot(t.Context(), "standings")
		s.Version = 2
		if err := n.journal.SaveSnapshot(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		n.start()
	})
}

// TestSessionWithSnapshotOfAnotherVersionIsReplayed: its stream holds everything.
func TestSessionWithSnapshotOfAnotherVersionIsReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.vote()
		n.stop()
		reversion(t, n.journal, "session/1", 2)
		n.start()
		if st, err := n.hub.State(t.Context(), n.session); err != nil || st.Tallies[0].SessionUpvotes != 1 {
			t.Fatalf("%+v, %v", st, err)
		}
	})
}

// TestATrimmedWebhookWithASnapshotOfAnotherVersionIsNotCalledDamaged: only the snapshot
// holds it.
func TestATrimmedWebhookWithASnapshotOfAnotherVersionIsNotCalledDamaged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived)
		n.vote()
		n.vote()
		n.stop()
		reversion(t, n.journal, "webhook/1", 2)
		if err := n.journal.Trim(t.Context(), "webhook/1", 1); err != nil {
			t.Fatal(err)
		}
		n.start()
		_, err := n.hub.Webhook(t.Context(), id)
		if codeOf(err) != protocol.CodeInternal || !strings.Contains(err.Error(), "version 99") {
			t.Fatalf("%v, want words about the version", err)
		}
	})
}
