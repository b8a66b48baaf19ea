package actors_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors/feed"
	"partyline/protocol"
)

// What a feed shows to those who do not follow every event.

// snapshot decodes what the feed shows, which must not be stale.
func snapshot(t *testing.T, f *feed.Feed) (s protocol.SnapshotMessage, tally protocol.Tally) {
	t.Helper()
	p, ok := f.Summary()
	if !ok {
		t.Fatal("the feed is stale")
	}
	for message, into := range map[*[]byte]any{&p.Snapshot: &s, &p.Tally: &tally} {
		if err := json.Unmarshal(payload(*message), into); err != nil {
			t.Fatal(err)
		}
	}
	return s, tally
}

// payload is what a frame carries.
func payload(frame []byte) []byte {
	for size := 2; size <= protocol.MaxFrameHeader; size++ {
		if len(protocol.AppendFrameHeader(nil, len(frame)-size)) == size {
			return frame[size:]
		}
	}
	return nil
}

func TestFeedStateIsNotAheadOfTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		news := 0
		f, err := e.hub.Watch(t.Context(), e.session, func() { news++ })
		if err != nil {
			t.Fatal(err)
		}
		defer e.hub.Unwatch(e.session, f)
		if s, tally := snapshot(t, f); s.Seq != 2 || len(s.Data.Games) != 1 || !s.Recovered || tally.Seq != 2 {
			t.Fatalf("at first: %+v %+v", s, tally)
		}
		do[protocol.SessionGame](t, e.hub, protocol.SetRoomCode{ID: e.session, GameID: protocol.NewPlayID(e.session, 1), RoomCode: "AB12"})
		synctest.Wait()
		if !f.Stale() {
			t.Fatal("a room code did not make the feed stale")
		}
		e.journal.Hold()
		go func() { _, _ = e.vote("ann", protocol.VoteUp) }()
		synctest.Wait()
		before := news
		for range 3 {
			e.hub.Refresh(e.session, f)
		}
		synctest.Wait()
		if !f.Stale() || news != before {
			t.Fatal("a state was made that tells of a vote that is not on disk")
		}
		e.journal.Release()
		synctest.Wait()
		s, tally := snapshot(t, f)
		if s.Seq != 4 || *s.Data.Games[0].RoomCode != "AB12" || s.Data.Tallies[0].SessionUpvotes != 1 || tally.Seq != 4 {
			t.Fatalf("%+v %+v", s, tally)
		}
		if len(tally.Latest) != 1 || tally.Latest[0].Username != "ann" || s.Data.Latest[0] != tally.Latest[0] {
			t.Fatalf("%+v %+v", s.Data.Latest, tally.Latest)
		}
		if news != before+2 { // the vote, and one state
			t.Errorf("heard %d times", news-before)
		}
		e.hub.Refresh(e.session, f)
		synctest.Wait()
		if news != before+2 {
			t.Error("a state was made for a feed that is not stale")
		}
	})
}

func TestUncommittedStateIsNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		count := 5
		play := protocol.NewPlayID(e.session, 1)
		do[protocol.SessionGame](t, e.hub, protocol.SetPlayerCount{ID: e.session, GameID: play, PlayerCount: &count})
		synctest.Wait()
		e.journal.Hold()
		e.journal.FailNext(1, errors.New("disk"))
		go func() { _, _ = e.vote("ann", protocol.VoteUp) }()
		synctest.Wait()
		e.hub.Refresh(e.session, f)
		synctest.Wait()
		e.journal.Release()
		synctest.Wait()
		if p, ok := f.Summary(); ok || !f.Closed() {
			t.Fatalf("shown: %s", p.Snapshot)
		}
		again, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		defer e.hub.Unwatch(e.session, again)
		if s, _ := snapshot(t, again); s.Seq != 3 || *s.Data.Games[0].PlayerCount != 5 || s.Data.Tallies[0].SessionUpvotes != 0 {
			t.Fatalf("%+v", s)
		}
	})
}

func TestFeedOfDeletedSessionShowsLastEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		defer e.hub.Unwatch(e.session, f)
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
		synctest.Wait()
		e.hub.Refresh(e.session, f)
		synctest.Wait()
		if s, _ := snapshot(t, f); s.Data.Session.IsActive || s.Data.Session.ClosedAt == nil {
			t.Fatalf("closed: %+v", s.Data.Session)
		}
		do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
		e.hub.Refresh(e.session, f)
		synctest.Wait()
		var last protocol.Event
		p, ok := f.Summary()
		if err := json.Unmarshal(payload(p.Snapshot), &last); !ok || err != nil || last.Type != protocol.EventSessionDeleted || last.Seq != f.Head() || p.Tally != nil {
			t.Fatalf("%v: %s, %s", err, p.Snapshot, p.Tally)
		}
	})
}

func TestLatestVotesSurviveRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		for _, name := range []string{"ann", "bob", "cyd", "dan", "eve", "fay", "gil"} {
			if _, err := e.vote(name, protocol.VoteDown); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		e.restart()
		st, err := e.hub.State(t.Context(), e.session)
		if err != nil {
			t.Fatal(err)
		}
		var names string
		for _, v := range st.Latest {
			names += v.Username + " "
		}
		if names != "gil fay eve dan cyd " {
			t.Errorf("the newest are %s", names)
		}
	})
}

// Votes in a poll are summed up; its start and its end are events of their own.
func TestVotesInAPollAreCountedInTheTally(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		f, err := n.hub.Watch(t.Context(), n.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		defer n.hub.Unwatch(n.session, f)
		if _, tally := snapshot(t, f); tally.Poll != nil {
			t.Fatalf("a poll before there is one: %+v", tally.Poll)
		}
		n.ask()
		synctest.Wait()
		if !f.Stale() {
			t.Fatal("the beginning of a poll is no news")
		}
		n.hub.Refresh(n.session, f)
		synctest.Wait()
		begun, _ := snapshot(t, f)
		for _, v := range []struct {
			name   string
			choice int
		}{{"ann", 1}, {"bob", 3}, {"ann", 3}, {"cyd", 2}, {"ann", 3}} {
			if err := n.choose(v.name, v.choice); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		s, tally := snapshot(t, f)
		if s.Seq != begun.Seq || tally.Seq != begun.Seq+4 {
			t.Fatalf("votes made a snapshot of %d, a tally of %d", s.Seq, tally.Seq)
		}
		if p := tally.Poll; p == nil || p.ID != n.poll().ID || !slices.Equal(p.Votes, []int64{0, 1, 2}) || p.Total != 3 {
			t.Fatalf("%+v", p)
		}
		rest(time.Minute)
		n.hub.Refresh(n.session, f)
		synctest.Wait()
		if s, tally := snapshot(t, f); tally.Poll != nil || s.Data.Poll.Winner.GameID != 3 {
			t.Fatalf("at the end: %+v %+v", s.Data.Poll, tally.Poll)
		}
	})
}
