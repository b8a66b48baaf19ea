package session_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// rule is one line of the tables: after the given commands, one a second from noon
// on, the command when leads to facts or to a refusal.
type rule struct {
	name  string
	given []protocol.Command
	when  protocol.Command
	then  []fact.Fact
	code  protocol.Code
	says  string
}

// run decides when at one second after the last given command.
func (r rule) run(t *testing.T) {
	e := newEvening()
	for _, cmd := range r.given {
		e.must(t, cmd)
		e.now += second
	}
	before := string(e.AppendSnapshot(nil))
	facts, err := e.Decide(nil, r.when, protocol.ReadingOf(e.now))
	if diff := cmp.Diff(r.then, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	var code protocol.Code
	var says string
	if err != nil {
		code, says = err.Code, err.Message
	}
	if code != r.code || says != r.says {
		t.Errorf("refused with %q %q, want %q %q", code, says, r.code, r.says)
	}
	if after := string(e.AppendSnapshot(nil)); after != before {
		t.Errorf("Decide changed the state:\n%s\n%s", before, after)
	}
}

func runRules(t *testing.T, rules []rule) {
	for _, r := range rules {
		t.Run(r.name, r.run)
	}
}

type commands = []protocol.Command
type facts = []fact.Fact

var (
	closeIt  = protocol.CloseSession{ID: 3}
	deleteIt = protocol.DeleteSession{ID: 3}
)

func status(n int, s protocol.PlayStatus) protocol.Command {
	return protocol.SetGameStatus{ID: 3, GameID: play(n), Status: s}
}

func remove(n int) protocol.Command { return protocol.RemoveGame{ID: 3, GameID: play(n)} }

func room(n int, code string) protocol.Command {
	return protocol.SetRoomCode{ID: 3, GameID: play(n), RoomCode: code}
}

func count(n, players int) protocol.Command {
	return protocol.SetPlayerCount{ID: 3, GameID: play(n), PlayerCount: &players}
}

func added(n int, game protocol.GameID, at protocol.Timestamp) *fact.GameAdded {
	g := catalogued(game)
	return &fact.GameAdded{At: at, Play: play(n), Game: fact.PlayedGame{
		ID: g.ID, Title: g.Title, PackName: g.PackName, GameType: g.GameType,
		MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers, Upvotes: g.Upvotes, Downvotes: g.Downvotes,
	}}
}

func changed(n int, s protocol.PlayStatus, at protocol.Timestamp) *fact.StatusChanged {
	return &fact.StatusChanged{At: at, Play: play(n), Status: s}
}

func TestEvening(t *testing.T) {
	notes := ptr("Friday")
	runRules(t, []rule{
		{name: "opens", when: protocol.CreateSession{ID: 3, Notes: notes}, then: facts{&fact.Opened{At: noon, Notes: notes}}},
		{name: "opens once", given: commands{open()}, when: open(), code: protocol.CodeConflict, says: "Session already exists"},
		{name: "closes", given: commands{open()}, when: protocol.CloseSession{ID: 3, Notes: notes},
			then: facts{&fact.Closed{At: noon + second, Notes: notes}}},
		{name: "closing ends what is playing", given: commands{open(), add(1)}, when: closeIt,
			then: facts{changed(1, protocol.StatusPlayed, noon+2*second), &fact.Closed{At: noon + 2*second}}},
		{name: "closes once", given: commands{open(), closeIt}, when: closeIt,
			code: protocol.CodeSessionClosed, says: "Session is already closed"},
		{name: "is not deleted while active", given: commands{open()}, when: deleteIt,
			code: protocol.CodeSessionActive, says: "Cannot delete an active session. Please close it first."},
		{name: "is deleted when closed", given: commands{open(), closeIt}, when: deleteIt,
			then: facts{&fact.Deleted{At: noon + 2*second}}},
		{name: "its id is not used again", given: commands{open(), closeIt, deleteIt}, when: open(),
			code: protocol.CodeConflict, says: "Session already exists"},
		{name: "refuses what has no shape", when: protocol.CreateSession{ID: 3, Notes: ptr("\x00")},
			code: protocol.CodeInvalid, says: "notes must not contain control characters"},
		{name: "does not decide other commands", given: commands{open()}, when: protocol.DeleteGame{ID: 1},
			code: protocol.CodeInternal, says: "A session does not decide protocol.DeleteGame"},
	})
}

func TestNothingButOpeningBeforeOpenedAndAfterDeleted(t *testing.T) {
	for _, cmd := range (commands{
		closeIt, deleteIt, add(1), status(1, protocol.StatusPlayed), remove(1), room(1, "ABCD"), count(1, 4), startCheck(1), stopCheck(1),
		poll(1, 2), choose("ann", 1), closePoll(0), protocol.CancelPoll{ID: 3}, protocol.AddPollWinner{ID: 3},
		vote("ann", protocol.VoteUp, noon), &protocol.CastVotes{Votes: []protocol.CastVote{*vote("ann", protocol.VoteUp, noon)}},
	}) {
		for _, given := range []commands{nil, {open(), add(1), closeIt, deleteIt}} {
			rule{given: given, when: cmd, code: protocol.CodeNotFound, says: "Session not found"}.run(t)
		}
	}
}

func TestGames(t *testing.T) {
	withCode := add(2)
	withCode.RoomCode, withCode.ManuallyAdded = ptr("ab1z"), true
	coded := added(1, 2, noon+second)
	coded.RoomCode, coded.ManuallyAdded = ptr("AB1Z"), true
	unknown := add(2)
	unknown.Game = protocol.Game{}
	runRules(t, []rule{
		{name: "is added", given: commands{open()}, when: add(1), then: facts{added(1, 1, noon+second)}},
		{name: "is added with a code", given: commands{open()}, when: withCode, then: facts{coded}},
		{name: "the one before becomes played", given: commands{open(), add(1)}, when: add(2),
			then: facts{changed(1, protocol.StatusPlayed, noon+2*second), added(2, 2, noon+2*second)}},
		{name: "a skipped one before stays skipped", given: commands{open(), add(1), status(1, protocol.StatusSkipped)}, when: add(2),
			then: facts{added(2, 2, noon+3*second)}},
		{name: "ids are not used again", given: commands{open(), add(1), remove(1)}, when: add(1), then: facts{added(2, 1, noon+3*second)}},
		{name: "the catalogue does not have it", given: commands{open()}, when: unknown, code: protocol.CodeNotFound, says: "Game not found"},
		{name: "needs an id", given: commands{open()}, when: protocol.AddGame{ID: 3}, code: protocol.CodeInvalid, says: "game_id is required"},
		{name: "not after closing", given: commands{open(), closeIt}, when: add(1),
			code: protocol.CodeSessionClosed, says: "Cannot add games to a closed session"},
		{name: "is removed", given: commands{open(), add(1)}, when: remove(1),
			then: facts{&fact.GameRemoved{At: noon + 2*second, Play: play(1)}}},
		{name: "is removed once", given: commands{open(), add(1), remove(1)}, when: remove(1),
			code: protocol.CodeNotFound, says: "Session game not found"},
	})
}

func TestStatus(t *testing.T) {
	runRules(t, []rule{
		{name: "is set", given: commands{open(), add(1)}, when: status(1, protocol.StatusSkipped),
			then: facts{changed(1, protocol.StatusSkipped, noon+2*second)}},
		{name: "that holds is no fact", given: commands{open(), add(1)}, when: status(1, protocol.StatusPlaying)},
		{name: "playing again ends what is playing", given: commands{open(), add(1), add(2)}, when: status(1, protocol.StatusPlaying),
			then: facts{changed(2, protocol.StatusPlayed, noon+3*second), changed(1, protocol.StatusPlaying, noon+3*second)}},
		{name: "playing again when nothing is", given: commands{open(), add(1), status(1, protocol.StatusPlayed)}, when: status(1, protocol.StatusPlaying),
			then: facts{changed(1, protocol.StatusPlaying, noon+3*second)}},
		{name: "of a removed one does not end", given: commands{open(), add(1), add(2), remove(2)}, when: status(1, protocol.StatusPlaying),
			then: facts{changed(1, protocol.StatusPlaying, noon+4*second)}},
		{name: "is a known word", given: commands{open(), add(1)}, when: status(1, "paused"),
			code: protocol.CodeInvalid, says: "Invalid status. Must be playing, played, or skipped"},
	})
}

func TestRoomCodeAndPlayerCount(t *testing.T) {
	runRules(t, []rule{
		{name: "code is stored in upper case", given: commands{open(), add(1)}, when: room(1, "ab1z"),
			then: facts{&fact.RoomCodeSet{At: noon + 2*second, Play: play(1), RoomCode: "AB1Z"}}},
		{name: "code that holds is no fact", given: commands{open(), add(1), room(1, "AB1Z")}, when: room(1, "ab1z")},
		{name: "code has four characters", given: commands{open(), add(1)}, when: room(1, "ab1"),
			code: protocol.CodeInvalid, says: "Invalid room code format. Must be 4 characters (A-Z, 0-9)"},
		{name: "count is by hand", given: commands{open(), add(1)}, when: count(1, 5),
			then: facts{&fact.PlayerCountSet{At: noon + 2*second, Play: play(1), PlayerCount: 5, Status: "manual"}}},
		{name: "count that holds is no fact", given: commands{open(), add(1), count(1, 5)}, when: count(1, 5)},
		{name: "count changes", given: commands{open(), add(1), count(1, 5)}, when: count(1, 0),
			then: facts{&fact.PlayerCountSet{At: noon + 3*second, Play: play(1), PlayerCount: 0, Status: "manual"}}},
		{name: "count is needed", given: commands{open(), add(1)}, when: protocol.SetPlayerCount{ID: 3, GameID: play(1)},
			code: protocol.CodeInvalid, says: "player_count is required"},
	})
}

func TestChangesNeedAnActiveSessionAndItsGame(t *testing.T) {
	for _, n := range []int{-1, 0, 2, 3, protocol.MaxPlays + 1} {
		for _, cmd := range (commands{status(n, protocol.StatusPlayed), remove(n), room(n, "ABCD"), count(n, 4), startCheck(n), stopCheck(n)}) {
			rule{given: commands{open(), add(1), add(2), remove(2)}, when: cmd, code: protocol.CodeNotFound, says: "Session game not found"}.run(t)
		}
	}
	for _, cmd := range (commands{status(1, protocol.StatusPlayed), remove(1), room(1, "ABCD"), count(1, 4), startCheck(1), stopCheck(1)}) {
		rule{given: commands{open(), add(1), closeIt}, when: cmd,
			code: protocol.CodeSessionClosed, says: "Cannot change games of a closed session"}.run(t)
	}
}

// TestTimesAreThoseOfTheClock: of two games within a millisecond the later one begins after
// the other. A clock that was set back is told as it is.
func TestTimesAreThoseOfTheClock(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1))
	_, got, _ := e.do(add(2))
	want := facts{changed(1, protocol.StatusPlayed, noon), added(2, 2, noon+1)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	e.now = noon - hour
	_, got, _ = e.do(add(3))
	want = facts{changed(2, protocol.StatusPlayed, noon-hour), added(3, 3, noon-hour)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestASessionHoldsMaxPlaysGames(t *testing.T) {
	e := newEvening()
	e.must(t, open())
	for range protocol.MaxPlays - 1 {
		e.must(t, add(1))
	}
	e.must(t, remove(1))
	_, _, err := e.do(add(1))
	if err == nil || err.Code != protocol.CodeInvalid || !strings.Contains(err.Message, "9999") {
		t.Errorf("one game too many: %v", err)
	}
	if last := e.must(t, status(protocol.MaxPlays-1, protocol.StatusSkipped)).(protocol.SessionGame); last.ID.Session() != 3 {
		t.Errorf("the last playing %d is of session %d", last.ID, last.ID.Session())
	}
}
