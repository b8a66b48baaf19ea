package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// shown is game n of catalogued as a playing of the tests' session.
func shown(n int, game protocol.GameID, at protocol.Timestamp) protocol.SessionGame {
	g := catalogued(game)
	return protocol.SessionGame{
		ID: play(n), SessionID: 3, GameID: game, PlayedAt: at, Status: protocol.StatusPlaying,
		PackName: g.PackName, Title: g.Title, GameType: g.GameType, MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers,
		PopularityScore: g.Upvotes - g.Downvotes, Upvotes: g.Upvotes, Downvotes: g.Downvotes,
	}
}

func TestAnswers(t *testing.T) {
	opened := protocol.Session{ID: 3, CreatedAt: noon, IsActive: true, Notes: ptr("old")}
	closed := protocol.Session{ID: 3, CreatedAt: noon, ClosedAt: ptr(noon + 2*second), Notes: ptr("new"), GamesPlayed: 1}
	coded := shown(1, 1, noon+second)
	coded.RoomCode = ptr("AB1Z")
	counted := coded
	counted.PlayerCount, counted.PlayerCountCheckStatus = ptr(5), ptr("manual")
	skipped := shown(1, 1, noon+second)
	skipped.Status = protocol.StatusSkipped
	begin := protocol.CreateSession{ID: 3, Notes: ptr("old")}
	for _, c := range []struct {
		name  string
		given commands
		when  protocol.Command
		want  any
	}{
		{"create", nil, begin, opened},
		{"close", commands{begin, add(1)}, protocol.CloseSession{ID: 3, Notes: ptr("new")}, closed},
		{"delete", commands{begin, closeIt}, deleteIt, protocol.DeletedSession{Message: "Session deleted successfully", SessionID: 3}},
		{"add", commands{begin}, add(1), shown(1, 1, noon+second)},
		{"add another", commands{begin, add(1)}, add(2), shown(2, 2, noon+2*second)},
		{"status", commands{begin, add(1)}, status(1, protocol.StatusSkipped), skipped},
		{"status that holds", commands{begin, add(1)}, status(1, protocol.StatusPlaying), shown(1, 1, noon+second)},
		{"room code", commands{begin, add(1)}, room(1, "ab1z"), coded},
		{"player count", commands{begin, add(1), room(1, "ab1z")}, count(1, 5), counted},
		{"player count that holds", commands{begin, add(1), room(1, "ab1z"), count(1, 5)}, count(1, 5), counted},
		{"start check", commands{begin, add(1), room(1, "ab1z")}, startCheck(1), protocol.PlayerCheck{Message: "Room monitor started", Status: "waiting"}},
		{"start check again", commands{begin, add(1), room(1, "ab1z"), startCheck(1)}, startCheck(1), protocol.PlayerCheck{Message: "Room monitor started", Status: "waiting"}},
		{"stop check", commands{begin, add(1), room(1, "ab1z"), startCheck(1)}, stopCheck(1), protocol.PlayerCheck{Message: "Room monitor stopped", Status: "stopped"}},
		{"stop no check", commands{begin, add(1)}, stopCheck(1), protocol.PlayerCheck{Message: "Room monitor stopped", Status: "stopped"}},
		{"remove", commands{begin, add(1)}, remove(1), protocol.Message{Message: "Game removed from session successfully"}},
		{"vote", commands{begin, add(1), add(2), remove(1)}, at(2500), &protocol.VoteAccepted{
			Success: true, Message: "Vote recorded successfully",
			Session: protocol.VoteAcceptedSession{ID: 3, GamesPlayed: 1},
			Game:    protocol.VoteAcceptedGame{ID: 2, Title: "Game 2", Totals: protocol.NewTotals(21, 2)},
			Vote:    protocol.Vote{Username: "ann", Type: protocol.VoteUp, Timestamp: noon + 2500},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEvening()
			for _, cmd := range c.given {
				e.must(t, cmd)
				e.now += second
			}
			if diff := cmp.Diff(c.want, e.must(t, c.when)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestBatchTellsEachVoteItsOwn(t *testing.T) {
	elsewhere := *vote("eve", protocol.VoteUp, noon)
	elsewhere.SessionID = 4
	here := *vote("dan", protocol.VoteDown, noon)
	here.SessionID = 3
	batch := &protocol.CastVotes{Votes: []protocol.CastVote{
		*vote("ann", protocol.VoteUp, noon), *vote("Ann", protocol.VoteUp, noon+999), *vote("ann", protocol.VoteUp, noon+1000),
		*vote("bob", protocol.VoteUp, noon-1), {Username: "bob"}, elsewhere, here, *vote("cy", protocol.VoteUp, noon+60001),
	}}
	e := newEvening()
	e.must(t, open(), add(1))
	yes := protocol.VoteOutcome{Status: 200, GameID: 1}
	want := &protocol.BatchResult{Accepted: 3, Rejected: 5, Results: []protocol.VoteOutcome{
		yes, {Status: 409, Error: twice, Code: protocol.CodeDuplicateVote}, yes,
		{Status: 404, Error: noMatch, Code: protocol.CodeNotFound},
		{Status: 400, Error: "Missing required fields: username, vote, timestamp", Code: protocol.CodeInvalid},
		{Status: 404, Error: "Session not found", Code: protocol.CodeNotFound}, yes,
		{Status: 400, Error: "timestamp must not be more than 60 seconds in the future", Code: protocol.CodeInvalid},
	}}
	if diff := cmp.Diff(any(want), e.must(t, batch)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := e.Tallies()[0]; got.SessionUpvotes != 2 || got.SessionDownvotes != 1 {
		t.Errorf("counted %+v", got)
	}
	for i := range want.Results {
		if o := &want.Results[i]; o.Status == 200 {
			*o = protocol.VoteOutcome{Status: 409, Error: twice, Code: protocol.CodeDuplicateVote}
		}
	}
	want.Accepted, want.Rejected = 0, 8
	if diff := cmp.Diff(any(want), e.must(t, batch)); diff != "" {
		t.Errorf("the same batch again, -want +got:\n%s", diff)
	}
}

func TestBatchIsRefusedAsAWholeWhenClosed(t *testing.T) {
	rule{given: commands{open(), add(1), closeIt}, when: &protocol.CastVotes{Votes: []protocol.CastVote{*vote("ann", protocol.VoteUp, noon)}},
		code: protocol.CodeNotFound, says: noSession}.run(t)
}

func TestAnswerOfAnotherBatchHasOnlyItsNumbers(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1))
	batch := &protocol.CastVotes{Votes: []protocol.CastVote{*vote("ann", protocol.VoteUp, noon), *vote("ann", protocol.VoteUp, noon)}}
	_, made, err := e.do(batch)
	if err != nil {
		t.Fatal(err)
	}
	e.must(t, at(5000))
	want := &protocol.BatchResult{Accepted: 1, Rejected: 1, Results: []protocol.VoteOutcome{}}
	if diff := cmp.Diff(any(want), e.Answer(batch, made)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
