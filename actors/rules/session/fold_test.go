package session_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// keep is the least for which votes are kept.
const keep = protocol.Timestamp(session.MinKeepVotes / 1e6)

// fold is the command for a session whose newest record is as old as it must be.
func (e *evening) fold() session.FoldVotes {
	return session.FoldVotes{ID: 3, Keep: keep, Recorded: e.now - keep - 1, Present: e.now, Votes: -1}
}

// TestFoldKeepsAllButSingleVotes: after any evening, what clients read of the session is as
// before, but for single votes, names and devices. It is the same when it is replayed from the
// fact alone, without the records before it, and from a snapshot.
func TestFoldKeepsAllButSingleVotes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEvening()
		e.must(t, open())
		for range rapid.IntRange(0, 60).Draw(t, "commands") {
			e.now += protocol.Timestamp(rapid.IntRange(0, 3000).Draw(t, "ms"))
			_, _, _ = e.do(drawCommand(t, e.now))
		}
		if !e.Exists() {
			return
		}
		if e.Active() {
			e.must(t, protocol.CloseSession{ID: 3})
		}
		e.now += keep + second
		before, votes := e.Export(0), e.Votes()
		poll := e.Poll(e.moment())
		e.must(t, e.fold())
		seq := protocol.Seq(len(e.facts))
		after := e.Export(0)
		if after.Session.VotesFoldedAt == nil || *after.Session.VotesFoldedAt != e.now || e.FoldedSeq() != seq {
			t.Fatalf("%+v, folded by %d of %d", after.Session, e.FoldedSeq(), seq)
		}
		counted := int64(0)
		for _, g := range votes.Votes {
			counted += g.TotalVotes
		}
		if after.FoldedVotes != counted {
			t.Fatalf("%d votes folded of %d", after.FoldedVotes, counted)
		}
		after.Session.VotesFoldedAt, after.FoldedVotes = nil, 0
		before.Voided, after.Voided = nil, nil
		if diff := cmp.Diff(before, after) + cmp.Diff(poll, e.Poll(e.moment())) + cmp.Diff(votes, e.Votes()); diff != "" {
			t.Fatal(diff)
		}
		view := e.View(seq, e.moment())
		if len(view.Latest) > 0 || view.FoldedSeq != seq {
			t.Fatalf("%+v", view)
		}
		if stored := string(fact.Append(nil, e.facts[seq-1])); strings.Contains(stored, "ann") || strings.Contains(stored, "漢字") {
			t.Fatalf("names of voters are kept: %s", stored)
		}
		sameSnapshot(t, e.State, replayed(t, session.New(3), e.facts, 0))
		sameSnapshot(t, e.State, replayed(t, session.New(3), e.facts, int(seq)-1))
		h := session.New(3)
		if err := h.Restore(e.AppendSnapshot(nil)); err != nil {
			t.Fatal(err)
		}
		sameSnapshot(t, e.State, h)
		sameState(t, e.State, h, e.now+second)
	})
}

// foldedLater is a session with a vote that was closed so long ago.
func foldedLater(t rapid.TB, ago protocol.Timestamp) *evening {
	e := newEvening()
	e.must(t, open(), add(1))
	e.now += second
	e.must(t, vote("ann", protocol.VoteUp, e.now), protocol.CloseSession{ID: 3})
	e.now += ago
	return e
}

// TestFoldOfAYoungSessionIsRefused: it is young when the clock, the time since the start, the
// newest record of the journal or the session's own newest record says so.
func TestFoldOfAYoungSessionIsRefused(t *testing.T) {
	for name, young := range map[string]func(e *evening, c *session.FoldVotes){
		"closed lately": func(e *evening, _ *session.FoldVotes) { e.now -= 2 },
		"the clock was set ahead": func(e *evening, _ *session.FoldVotes) {
			late := e.now
			e.moment = func() protocol.ClockReading { return protocol.ClockReading{Wall: late, Monotonic: noon} }
		},
		"the clock was set back": func(e *evening, _ *session.FoldVotes) {
			late := e.now
			e.moment = func() protocol.ClockReading { return protocol.ClockReading{Wall: noon, Monotonic: late} }
		},
		"the journal knows no time":      func(_ *evening, c *session.FoldVotes) { c.Present = 0 },
		"the journal saw few days":       func(e *evening, c *session.FoldVotes) { c.Present = e.now - 2 },
		"its newest record is young":     func(e *evening, c *session.FoldVotes) { c.Recorded = e.now - keep },
		"closed when the clock ran late": func(e *evening, c *session.FoldVotes) { c.Recorded = c.Present },
	} {
		t.Run(name, func(t *testing.T) {
			e := foldedLater(t, keep+1)
			c := e.fold()
			young(e, &c)
			if _, facts, err := e.do(c); err == nil || err.Code != protocol.CodeConflict || len(facts) > 0 {
				t.Errorf("%v, %v", facts, err)
			}
		})
	}
	e := foldedLater(t, keep+1)
	e.must(t, e.fold())
	if n, at, ok := e.FoldedVotes(); n != 1 || at != e.now || !ok {
		t.Errorf("%d votes at %s, %v", n, at, ok)
	}
	if _, facts, err := e.do(e.fold()); err != nil || len(facts) > 0 {
		t.Errorf("again: %v, %v", facts, err)
	}
}

func TestFoldIsRefused(t *testing.T) {
	e := newEvening()
	e.must(t, open())
	e.now += keep + second
	if _, _, err := e.do(e.fold()); err == nil || err.Code != protocol.CodeSessionActive {
		t.Error("an active session:", err)
	}
	e = foldedLater(t, keep+1)
	c := e.fold()
	c.Keep--
	if _, _, err := e.do(c); err == nil || err.Code != protocol.CodeInvalid {
		t.Error("votes kept for less than a webhook may wait:", err)
	}
	c = e.fold()
	c.Votes = 2
	if _, _, err := e.do(c); err == nil || err.Code != protocol.CodeConflict {
		t.Error("another number of votes was exported:", err)
	}
	c.Votes = 1
	e.must(t, c)
}

// TestNoChatLogAfterTheFold: the log's duplicates cannot be told any more.
func TestNoChatLogAfterTheFold(t *testing.T) {
	e := foldedLater(t, keep+1)
	e.must(t, e.fold())
	var s protocol.ChatScanner
	up := "thisgame++"
	if err := s.Add(&protocol.ChatMessage{Username: "ann", Message: &up, Timestamp: (noon + second).VoteTimestamp()}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.do(s.Import(3)); err == nil || err.Code != protocol.CodeSessionClosed {
		t.Error(err)
	}
	e.must(t, deleteIt)
	if e.Exists() || e.FoldedSeq() != 0 {
		t.Error("it is not deleted")
	}
}

func TestFoldEvent(t *testing.T) {
	e := foldedLater(t, keep+1)
	e.must(t, e.fold())
	var got protocol.Event
	if err := json.Unmarshal(e.events[len(e.events)-1], &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != protocol.EventVotesFolded || got.SessionID != 3 || got.Timestamp != e.now {
		t.Errorf("%+v", got)
	}
}

func TestReadRefusesAFoldThatNoSessionMade(t *testing.T) {
	for name, change := range map[string]func(*fact.VotesFolded){
		"no opening":             func(f *fact.VotesFolded) { f.Opened = 0 },
		"other votes":            func(f *fact.VotesFolded) { f.Votes++ },
		"a negative count":       func(f *fact.VotesFolded) { f.Games[0].Down, f.Votes = -1, f.Votes-3 },
		"a game twice":           func(f *fact.VotesFolded) { f.Games = append(f.Games, fact.FoldedGame{ID: 33}) },
		"a play of no game":      func(f *fact.VotesFolded) { f.Plays[0].Game.ID = 7 },
		"a play without status":  func(f *fact.VotesFolded) { f.Plays[0].Status = "" },
		"a count without status": func(f *fact.VotesFolded) { f.Plays[1].Count, f.Plays[1].CountStatus = ptr(1), nil },
		"a policy alone":         func(f *fact.VotesFolded) { f.Generation = 0 },
		"a poll of one":          func(f *fact.VotesFolded) { f.Poll.Candidates = f.Poll.Candidates[:1] },
		"a choice too far":       func(f *fact.VotesFolded) { f.Poll.Choice = 3 },
		"a tie of nobody":        func(f *fact.VotesFolded) { f.Poll.Choice, f.Poll.Added = 0, false },
		"an open poll":           func(f *fact.VotesFolded) { f.Poll.Ended = 0 },
	} {
		f := foldedEvening()
		if !f.Valid() {
			t.Fatal("the fact itself is not valid")
		}
		change(f)
		if _, err := fact.Read(fact.Append(nil, f)); err == nil {
			t.Errorf("%s: it is read", name)
		}
	}
}
