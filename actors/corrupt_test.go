package actors_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric"

	"partyline/actors"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// forgetful has no snapshot of the standings: they are counted from the start, as they
// are when one is damaged.
type forgetful struct{ *memory.Journal }

func (f forgetful) LoadSnapshot(ctx context.Context, stream string) (persistence.Snapshot, bool, error) {
	if stream == "standings" {
		return persistence.Snapshot{}, false, nil
	}
	return f.Journal.LoadSnapshot(ctx, stream)
}

// nights are three sessions with a game and two votes each, all of them closed.
func nights(t *testing.T) *fixture {
	t.Helper()
	e := newFixture(t)
	for n := range 3 {
		if n > 0 {
			s := do[protocol.Session](t, e.hub, protocol.CreateSession{})
			e.session = s.ID
			do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: s.ID, GameID: protocol.GameID(n + 1)})
		}
		for _, name := range []string{"ann", "bob"} {
			if _, err := e.vote(name, protocol.VoteUp); err != nil {
				t.Fatal(err)
			}
		}
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	}
	return e
}

func TestCorruptSessionDoesNotAffectOthers(t *testing.T) {
	for name, seq := range map[string]persistence.Seq{"its beginning": 1, "its middle": 3, "its end": 5} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { damagedSession(t, seq) })
		})
	}
}

func damagedSession(t *testing.T, seq persistence.Seq) {
	e := nights(t)
	e.stop()
	e.journal.Damage("session/3", seq)
	reader := metric.NewManualReader()
	meter := metric.NewMeterProvider(metric.WithReader(reader)).Meter("")
	e.hub = e.startWith(actors.Options{Journal: forgetful{e.journal}, Meter: meter})
	if _, err := e.hub.State(t.Context(), 3); codeOf(err) != protocol.CodeCorrupt {
		t.Errorf("the damaged session: %v, want corrupt", err)
	}
	for id := range protocol.SessionID(2) {
		if st, err := e.hub.State(t.Context(), id+1); err != nil || st.Tallies[0].SessionUpvotes != 2 {
			t.Errorf("session %d: %+v, %v", id+1, st, err)
		}
		if g, err := e.hub.Game(t.Context(), protocol.GameID(id+1)); err != nil || g.PlayCount != 1 || g.Upvotes != 2 {
			t.Errorf("game %d: %+v, %v", id+1, g, err)
		}
	}
	list, err := e.hub.Sessions(t.Context(), protocol.PageQuery{})
	if err != nil || !slices.ContainsFunc(list.Rows, func(s protocol.Session) bool { return s.ID == 2 }) {
		t.Errorf("list %+v, %v", list, err)
	}
	if page, err := e.hub.Votes(t.Context(), protocol.VoteFilter{}); err != nil || len(page.Votes) < 4 || !slices.Equal(page.LeftOut, []protocol.SessionID{3}) {
		t.Errorf("history of all: %d votes without those of %v, %v", len(page.Votes), page.LeftOut, err)
	}
	if _, err := e.hub.Votes(t.Context(), protocol.VoteFilter{SessionID: 3, Username: "ann"}); codeOf(err) != protocol.CodeCorrupt {
		t.Errorf("history of the damaged session: %v, want corrupt", err)
	}
	if s := do[protocol.Session](t, e.hub, protocol.CreateSession{}); s.ID != 4 {
		t.Errorf("the next session has the id %d: one that is taken", s.ID)
	}
	if err := e.hub.Health(); err != nil {
		t.Error("health:", err)
	}
	if n := gauge(t, reader, "partyline.sessions.damaged"); n != 1 {
		t.Errorf("%d damaged sessions, want 1", n)
	}
}

// TestCorruptSessionsAreRememberedAfterRestart: its standings do not read so far back.
func TestCorruptSessionsAreRememberedAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := nights(t)
		e.journal.Damage("session/2", 3)
		for range 2 {
			e.stop()
			e.hub = e.startWith(actors.Options{Journal: forgetful{e.journal}})
		}
		e.stop()
		reader := metric.NewManualReader()
		meter := metric.NewMeterProvider(metric.WithReader(reader)).Meter("")
		e.hub = e.startWith(actors.Options{Journal: e.journal, Meter: meter})
		if n := gauge(t, reader, "partyline.sessions.damaged"); n != 1 {
			t.Errorf("%d damaged sessions, want 1", n)
		}
	})
}

// TestRecordWithoutFactIsCorrupt: its sum is right and it cannot be understood.
func TestRecordWithoutFactIsCorrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := nights(t)
		e.stop()
		last, _ := e.journal.Last(t.Context(), "session/2")
		done := make(chan persistence.Outcome, 1)
		e.journal.Append(persistence.Append{Stream: "session/2", Expected: last, Records: [][]byte{[]byte("\x05no")},
			Done: func(o persistence.Outcome) { done <- o }})
		o := <-done
		reader := metric.NewManualReader()
		meter := metric.NewMeterProvider(metric.WithReader(reader)).Meter("")
		e.hub = e.startWith(actors.Options{Journal: e.journal, Meter: meter})
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		if _, err := e.hub.State(t.Context(), 2); codeOf(err) != protocol.CodeCorrupt {
			t.Errorf("%v, want corrupt", err)
		}
		if list, err := e.hub.Sessions(t.Context(), protocol.PageQuery{}); err != nil || len(list.Rows) != 3 {
			t.Errorf("list %+v, %v", list, err)
		}
		if n := gauge(t, reader, "partyline.sessions.damaged"); n != 1 {
			t.Errorf("%d damaged sessions, want 1", n)
		}
	})
}

// holds is whether anything that is stored of the session has the text.
func holds(t *testing.T, j persistence.Journal, stream, text string) bool {
	t.Helper()
	s, _, err := j.LoadSnapshot(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	found := strings.Contains(string(s.Data), text)
	for r, err := range j.Read(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(r.Data), text)
	}
	return found
}

func countOf(t *testing.T, j persistence.Journal, stream string) (n int) {
	t.Helper()
	for _, err := range j.Read(t.Context(), stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestDeletedSessionIsErasedAfterPassivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		if _, err := e.vote("ann", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
		do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
		if !holds(t, e.journal, "session/1", "ann") {
			t.Fatal("the name is not there to be erased")
		}
		rest(tenMinutes)
		wantErased(t, e)
		// The standings had read what is gone.
		e.restart()
		wantErased(t, e)
		if s := do[protocol.Session](t, e.hub, protocol.CreateSession{}); s.ID != 2 {
			t.Fatalf("the next session has the id %d", s.ID)
		}
	})
}

// tenMinutes is longer than a session stays awake unused.
const tenMinutes = 10 * time.Minute

func wantErased(t *testing.T, e *fixture) {
	t.Helper()
	if holds(t, e.journal, "session/1", "ann") || countOf(t, e.journal, "session/1") != 1 {
		t.Fatalf("%d records are there", countOf(t, e.journal, "session/1"))
	}
	if g, err := e.hub.Game(t.Context(), 1); err != nil || g.PlayCount != 1 || g.Upvotes != 1 {
		t.Fatalf("game %+v, %v: the totals are gone with the session", g, err)
	}
	if _, err := e.hub.State(t.Context(), 1); codeOf(err) != protocol.CodeNotFound {
		t.Fatal("the deleted session:", err)
	}
}

// stubborn saves no snapshot of the standings while it is told not to.
type stubborn struct {
	*memory.Journal
	saves bool
}

func (s *stubborn) SaveSnapshot(ctx context.Context, snap persistence.Snapshot) error {
	if snap.Stream == "standings" && !s.saves {
		return errors.New("no room for standings")
	}
	return s.Journal.SaveSnapshot(ctx, snap)
}

// TestErasureWaitsForStandingsSnapshot and is made up for at the next start.
func TestErasureWaitsForStandingsSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.stop()
		j := &stubborn{Journal: e.journal}
		e.hub = e.startWith(actors.Options{Journal: j})
		if _, err := e.vote("ann", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: 1})
		do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: 1})
		rest(tenMinutes)
		if !holds(t, j, "session/1", "ann") {
			t.Fatal("trimmed what only the stream had")
		}
		e.stop()
		e.hub = e.startWith(actors.Options{Journal: j})
		if g, err := e.hub.Game(t.Context(), 1); err != nil || g.Upvotes != 1 {
			t.Fatalf("game %+v, %v", g, err)
		}
		e.stop()
		j.saves = true
		e.hub = e.startWith(actors.Options{Journal: j})
		rest(10 * time.Second)
		wantErased(t, e)
	})
}

// TestWebhookThatIsBehindSkipsErasedEvents: what it has not heard is gone, but for the end.
func TestWebhookThatIsBehindSkipsErasedEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		id := n.hook(protocol.EventVoteReceived, protocol.EventSessionDeleted)
		n.sender.change(status(503))
		n.vote()
		n.vote()
		do[protocol.Session](t, n.hub, protocol.CloseSession{ID: n.session})
		do[protocol.DeletedSession](t, n.hub, protocol.DeleteSession{ID: n.session})
		rest(tenMinutes)
		if countOf(t, n.journal, "session/1") != 1 {
			t.Fatalf("%d records are there", countOf(t, n.journal, "session/1"))
		}
		n.sender.change(status(200))
		count := len(n.sender.log(id))
		n.restart()
		rest(time.Hour)
		var got []string
		for _, s := range n.sender.log(id)[count:] {
			got = append(got, s.Event)
		}
		if !slices.Contains(got, string(protocol.EventSessionDeleted)) {
			t.Fatalf("sent %q, want the end of the session", got)
		}
		if h := n.health(id); h.State != protocol.WebhookHealthy || h.QueueLength != 0 {
			t.Fatalf("health %+v", h)
		}
	})
}
