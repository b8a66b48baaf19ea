package session_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// poll asks about games of catalogued, for a minute.
func poll(games ...protocol.GameID) protocol.StartPoll {
	c := protocol.StartPoll{ID: 3, GameIDs: games}
	for _, g := range games {
		c.Candidates = append(c.Candidates, catalogued(g))
	}
	return c
}

// rolled is such a poll whose winner is added by itself.
func rolled(games ...protocol.GameID) protocol.StartPoll {
	c := poll(games...)
	c.AutoAdd = true
	return c
}

func choose(name string, choice int) protocol.Command {
	return &protocol.CastPollVote{ID: 3, Username: name, Choice: choice}
}

// tapped is the vote of a phone that came in with the first code.
func tapped(device protocol.DeviceID, choice int) protocol.Command {
	return &protocol.CastPollVote{ID: 3, Username: "ann", Choice: choice, Device: device, Generation: 1}
}

func closePoll(draw float64) protocol.Command { return protocol.EndPoll{ID: 3, TieBreak: draw} }

// asked is the n-th poll of the session, over a minute after its beginning.
func asked(n int, auto bool, at protocol.Timestamp, games ...protocol.GameID) *fact.PollStarted {
	f := &fact.PollStarted{At: at, Poll: protocol.NewPollID(3, n), Ends: at + 60*second, AutoAdd: auto}
	for _, g := range games {
		f.Candidates = append(f.Candidates, added(1, g, at).Game)
	}
	return f
}

func chosen(name string, choice int, at protocol.Timestamp) *fact.PollVoted {
	return &fact.PollVoted{At: at, Poll: 3001, Choice: choice, Username: name}
}

func ended(choice int, tie bool, at protocol.Timestamp) *fact.PollEnded {
	return &fact.PollEnded{At: at, Poll: 3001, Choice: choice, Tie: tie}
}

const (
	noPoll   = "No poll is open"
	pollOver = "The poll is over"
)

func TestPollsBegin(t *testing.T) {
	short := poll(1, 2)
	short.Seconds = ptr(10)
	shortly := asked(1, false, noon+second, 1, 2)
	shortly.Ends = noon + 11*second
	runRules(t, []rule{
		{name: "with their games", given: commands{open()}, when: poll(1, 2, 3), then: facts{asked(1, false, noon+second, 1, 2, 3)}},
		{name: "for so long", given: commands{open()}, when: short, then: facts{shortly}},
		{name: "to add the winner", given: commands{open()}, when: rolled(1, 2), then: facts{asked(1, true, noon+second, 1, 2)}},
		{name: "one at a time", given: commands{open(), poll(1, 2)}, when: poll(3, 4), code: protocol.CodeConflict, says: "A poll is already open"},
		{name: "after another has ended", given: commands{open(), poll(1, 2), closePoll(0)}, when: poll(1, 2),
			then: facts{asked(2, false, noon+3*second, 1, 2)}},
		{name: "after another was canceled", given: commands{open(), poll(1, 2), protocol.CancelPoll{ID: 3}}, when: poll(1, 2),
			then: facts{asked(2, false, noon+3*second, 1, 2)}},
		{name: "with games that were looked up", given: commands{open()}, when: protocol.StartPoll{ID: 3, GameIDs: []protocol.GameID{1, 2}},
			code: protocol.CodeNotFound, says: "Game not found"},
		{name: "not when the session is closed", given: commands{open(), closeIt}, when: poll(1, 2),
			code: protocol.CodeSessionClosed, says: "Cannot start a poll in a closed session"},
		{name: "not without a session", when: poll(1, 2), code: protocol.CodeNotFound, says: "Session not found"},
	})
}

func TestPollVotes(t *testing.T) {
	asking := commands{open(), poll(1, 2, 3)} // since noon+1 s; the vote comes at noon+2 s
	joined := commands{open(), invite(""), poll(1, 2, 3)}
	of := func(id protocol.PollID) protocol.Command {
		return &protocol.CastPollVote{ID: 3, PollID: id, Username: "ann", Choice: 2}
	}
	runRules(t, []rule{
		{name: "count", given: asking, when: choose("ann", 3), then: facts{chosen("ann", 3, noon+2*second)}},
		{name: "for the poll that was seen", given: asking, when: of(3001), then: facts{chosen("ann", 2, noon+2*second)}},
		{name: "not for another", given: append(asking, closePoll(0), poll(1, 2)), when: of(3001), code: protocol.CodeConflict, says: pollOver},
		{name: "not for one to come", given: asking, when: of(3002), code: protocol.CodeConflict, says: pollOver},
		{name: "may be changed", given: append(asking, choose("ann", 3)), when: choose("ANN ", 1),
			then: facts{&fact.PollVoted{At: noon + 3*second, Poll: 3001, Choice: 1, Before: 3, Username: "ANN "}}},
		{name: "the same again is no fact", given: append(asking, choose("ann", 3)), when: choose("Ann", 3)},
		{name: "of a phone", given: joined, when: tapped(7, 3), then: facts{&fact.PollVoted{At: noon + 3*second, Poll: 3001, Choice: 3, Device: 7, Username: "ann"}}},
		{name: "of a phone with another's name", given: append(joined, choose("ann", 3), tapped(7, 3)), when: tapped(8, 3),
			then: facts{&fact.PollVoted{At: noon + 5*second, Poll: 3001, Choice: 3, Device: 8, Username: "ann"}}},
		{name: "of a phone, the same again", given: append(joined, tapped(7, 3)), when: tapped(7, 3)},
		{name: "of a phone that has not joined", given: asking, when: tapped(7, 3), code: protocol.CodeForbidden, says: outside},
		{name: "of a phone that joined with an old code", given: append(joined, another("", true)), when: tapped(7, 3), code: protocol.CodeForbidden, says: outside},
		{name: "for what is asked about", given: asking, when: choose("ann", 4),
			code: protocol.CodeInvalid, says: "choice must be between 1 and 3"},
		{name: "not before a poll", given: commands{open()}, when: choose("ann", 1), code: protocol.CodeConflict, says: noPoll},
		{name: "not after the end", given: append(asking, closePoll(0)), when: choose("ann", 1), code: protocol.CodeConflict, says: pollOver},
		{name: "not when it was canceled", given: append(asking, protocol.CancelPoll{ID: 3}), when: choose("ann", 1),
			code: protocol.CodeConflict, says: pollOver},
		{name: "not in a closed session", given: append(asking, closeIt), when: choose("ann", 1), code: protocol.CodeConflict, says: pollOver},
	})
}

// The countdown may be late; what counts is the moment of the vote.
func TestAPollTakesVotesToTheMillisecond(t *testing.T) {
	for ms, code := range map[protocol.Timestamp]protocol.Code{59_999: "", 60_000: protocol.CodeConflict, 3_600_000: protocol.CodeConflict} {
		e := newEvening()
		e.must(t, open(), poll(1, 2))
		e.now = noon + ms
		_, _, err := e.do(choose("ann", 1))
		if got := codeOf(err); got != code {
			t.Errorf("after %d ms: %q, want %q", ms, got, code)
		}
	}
}

func codeOf(err *protocol.Error) protocol.Code {
	if err == nil {
		return ""
	}
	return err.Code
}

func TestPollsEnd(t *testing.T) {
	asking := commands{open(), poll(1, 2, 3)}
	voted := append(asking, choose("ann", 3), choose("bob", 2), choose("cy", 3))
	even := append(asking, choose("ann", 3), choose("bob", 1))
	timer := protocol.EndPoll{ID: 3, PollID: 3001}
	at := func(n int) protocol.Timestamp { return noon + protocol.Timestamp(n)*second }
	runRules(t, []rule{
		{name: "with the most votes", given: voted, when: closePoll(0.9), then: facts{ended(3, false, at(5))}},
		{name: "a tie by the draw, low", given: even, when: closePoll(0), then: facts{ended(1, true, at(4))}},
		{name: "a tie by the draw, just below", given: even, when: closePoll(0.4999), then: facts{ended(1, true, at(4))}},
		{name: "a tie by the draw, high", given: even, when: closePoll(0.5), then: facts{ended(3, true, at(4))}},
		{name: "without a vote by the draw among all", given: asking, when: closePoll(0.34), then: facts{ended(2, true, at(2))}},
		{name: "whatever is drawn", given: asking, when: closePoll(1), then: facts{ended(3, true, at(2))}},
		{name: "by the countdown", given: voted, when: timer, then: facts{ended(3, false, at(5))}},
		{name: "not by the countdown of another", given: append(asking, closePoll(0), poll(1, 2)), when: timer, code: protocol.CodeConflict, says: noPoll},
		{name: "once", given: append(asking, closePoll(0)), when: closePoll(0), code: protocol.CodeConflict, says: noPoll},
		{name: "when there is one", given: commands{open()}, when: closePoll(0), code: protocol.CodeConflict, says: noPoll},
		{name: "by being canceled", given: voted, when: protocol.CancelPoll{ID: 3}, then: facts{ended(0, false, at(5))}},
		{name: "being canceled once", given: append(asking, protocol.CancelPoll{ID: 3}), when: protocol.CancelPoll{ID: 3}, code: protocol.CodeConflict, says: noPoll},
		{name: "with the session", given: voted, when: closeIt, then: facts{ended(0, false, at(5)), &fact.Closed{At: at(5)}}},
		{name: "before the session", given: append(voted, closePoll(0)), when: closeIt, then: facts{&fact.Closed{At: at(6)}}},
	})
}

func TestWinnersAreAdded(t *testing.T) {
	over := commands{open(), add(9), poll(1, 2), choose("ann", 2), closePoll(0)} // the next comes at noon+5 s
	winner := protocol.AddPollWinner{ID: 3}
	next := facts{changed(1, protocol.StatusPlayed, noon+5*second), added(2, 2, noon+5*second)}
	runRules(t, []rule{
		{name: "by hand", given: over, when: winner, then: next},
		{name: "with the end", given: commands{open(), add(9), rolled(1, 2), choose("ann", 2)}, when: closePoll(0),
			then: facts{ended(2, false, noon+4*second), changed(1, protocol.StatusPlayed, noon+4*second), added(2, 2, noon+4*second)}},
		{name: "once", given: append(over, winner), when: winner, code: protocol.CodeConflict, says: "The winner was already added"},
		{name: "once with the end", given: commands{open(), rolled(1, 2), closePoll(0)}, when: winner, code: protocol.CodeConflict, says: "The winner was already added"},
		{name: "as any game", given: append(over, add(2)), when: winner, code: protocol.CodeConflict, says: "The winner was already added"},
		{name: "after another game", given: append(over, add(1)), when: winner,
			then: facts{changed(2, protocol.StatusPlayed, noon+6*second), added(3, 2, noon+6*second)}},
		{name: "though played before", given: commands{open(), add(2), poll(1, 2), choose("ann", 2), closePoll(0)}, when: winner, then: next},
		{name: "not while it is open", given: commands{open(), poll(1, 2)}, when: winner, code: protocol.CodeConflict, says: "The poll is still open"},
		{name: "not of a poll that was canceled", given: commands{open(), poll(1, 2), protocol.CancelPoll{ID: 3}}, when: winner,
			code: protocol.CodeConflict, says: "The poll was canceled"},
		{name: "not of no poll", given: commands{open()}, when: winner, code: protocol.CodeNotFound, says: "Poll not found"},
		{name: "not when the session is closed", given: append(over, closeIt), when: winner,
			code: protocol.CodeSessionClosed, says: "Cannot add games to a closed session"},
	})
}

// TestAPollLastsAsLongAsItWasToLast: the clock is set back by an hour in the middle of a
// poll and ahead by two, and it takes votes until its minute has passed. One that is read
// from the log goes on for the rest of its time by the clock, and never for more than all
// of it.
func TestAPollLastsAsLongAsItWasToLast(t *testing.T) {
	e := newEvening()
	var skew protocol.Timestamp
	e.moment = func() protocol.ClockReading { return protocol.ClockReading{Wall: e.now + skew, Monotonic: e.now} }
	minute := 60
	start := poll(1, 2)
	start.Seconds = &minute
	e.must(t, open(), start)
	for i, ahead := range []protocol.Timestamp{-hour, 2 * hour, 0} {
		e.now, skew = e.now+15*second, ahead
		e.must(t, choose([]string{"ann", "bob", "cy"}[i], 1))
	}
	e.now = noon + 60*second - 1
	e.must(t, choose("dan", 1))
	e.now, skew = noon+60*second, -hour
	if _, _, err := e.do(choose("eve", 1)); err == nil || err.Message != "The poll is over" {
		t.Errorf("a vote after a minute: %v", err)
	}
	for _, tt := range []struct {
		since, ahead protocol.Timestamp
		left         protocol.Timestamp
	}{{20 * second, 0, 40 * second}, {20 * second, -hour, 60 * second}, {20 * second, hour, 0}} {
		h := session.New(3)
		for i, f := range e.facts[:2] {
			h.Apply(f, protocol.Seq(i+1))
		}
		steady := noon + tt.since
		at := func(after protocol.Timestamp) protocol.ClockReading {
			return protocol.ClockReading{Wall: steady + tt.ahead + after, Monotonic: steady + after}
		}
		_, _ = h.Decide(nil, add(1), at(0))
		if tt.left > 0 {
			if _, err := h.Decide(nil, choose("ann", 1), at(tt.left-1)); err != nil {
				t.Errorf("%+v, a millisecond before the end: %v", tt, err)
			}
		}
		if _, err := h.Decide(nil, choose("ann", 1), at(tt.left)); err == nil {
			t.Errorf("%+v: a vote after the end", tt)
		}
	}
}

func TestPollAnswers(t *testing.T) {
	candidate := func(choice int, votes int64) protocol.Candidate {
		g := catalogued(protocol.GameID(choice))
		return protocol.Candidate{Choice: choice, GameID: g.ID, Title: g.Title, PackName: g.PackName, MinPlayers: 2, MaxPlayers: 8, Votes: votes}
	}
	e := newEvening()
	e.must(t, open())
	if e.Poll(e.moment()) != nil {
		t.Error("a poll before the first")
	}
	want := &protocol.Poll{ID: 3001, SessionID: 3, Status: protocol.StatusOpen, StartedAt: noon, EndsAt: noon + 60*second, RemainingMS: 60_000,
		Candidates: []protocol.Candidate{candidate(1, 0), candidate(2, 0)}}
	check := func(cmd protocol.Command) {
		t.Helper()
		if diff := cmp.Diff(any(want), e.must(t, cmd)); diff != "" {
			t.Errorf("%T, -want +got:\n%s", cmd, diff)
		}
		if diff := cmp.Diff(want, e.View(9, e.moment()).Poll); diff != "" {
			t.Errorf("state after %T, -want +got:\n%s", cmd, diff)
		}
	}
	check(poll(1, 2))
	want.Candidates[1].Votes, want.TotalVotes = 1, 1
	check(choose("ann", 2))
	e.now += 5 * second
	want.RemainingMS = 55_000
	check(choose("ann", 2))
	winner := candidate(2, 1)
	want.Status, want.EndedAt, want.Winner, want.RemainingMS = protocol.StatusEnded, ptr(noon+5*second), &winner, 0
	check(closePoll(0))
	if diff := cmp.Diff(any(shown(1, 2, noon+5*second)), e.must(t, protocol.AddPollWinner{ID: 3})); diff != "" {
		t.Errorf("the winner, -want +got:\n%s", diff)
	}
	want.Added, want.Followed = true, true
	if diff := cmp.Diff(want, e.Poll(e.moment())); diff != "" {
		t.Errorf("after adding, -want +got:\n%s", diff)
	}
}

func TestWhatPollReadsReturnStays(t *testing.T) {
	e := newEvening()
	e.must(t, open(), poll(1, 2))
	before := e.Poll(e.moment())
	e.must(t, choose("ann", 2), closePoll(0))
	if before.Candidates[1].Votes != 0 || before.Status != protocol.StatusOpen || before.EndedAt != nil {
		t.Errorf("changed: %+v", before)
	}
}

func TestAPollIsBounded(t *testing.T) {
	e := newEvening()
	e.must(t, open(), poll(1, 2))
	for i := range protocol.MaxPollVoters {
		e.must(t, choose(fmt.Sprint("v", i), 1+i%2))
	}
	if _, _, err := e.do(choose("one more", 1)); codeOf(err) != protocol.CodeConflict {
		t.Errorf("one more: %v", err)
	}
	e.must(t, choose("v0", 2)) // a change of mind needs no room
	if p := e.Poll(e.moment()); p.TotalVotes != protocol.MaxPollVoters || p.Candidates[1].Votes != protocol.MaxPollVoters/2+1 {
		t.Errorf("%+v", p)
	}
}

func TestASessionHasMaxPolls(t *testing.T) {
	e := newEvening()
	e.must(t, open())
	for range protocol.MaxPolls - 1 {
		e.must(t, poll(1, 2), closePoll(0))
	}
	if _, _, err := e.do(poll(1, 2)); codeOf(err) != protocol.CodeInvalid {
		t.Errorf("one more: %v", err)
	}
}

func TestAFullSessionEndsItsPolls(t *testing.T) {
	e := newEvening()
	e.must(t, open())
	for range protocol.MaxPlays - 1 {
		e.must(t, add(1))
	}
	e.must(t, rolled(1, 2))
	p := e.must(t, closePoll(0)).(*protocol.Poll)
	if p.Status != protocol.StatusEnded || p.Added {
		t.Errorf("%+v", p)
	}
}
