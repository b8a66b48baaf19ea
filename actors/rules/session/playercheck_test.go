package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

func startCheck(n int) protocol.Command { return protocol.StartPlayerCheck{ID: 3, GameID: play(n)} }
func stopCheck(n int) protocol.Command  { return protocol.StopPlayerCheck{ID: 3, GameID: play(n)} }

// sight is what the run that began with fact number run sees; players below zero is no count.
func sight(n int, run protocol.Seq, status string, players int) protocol.Command {
	o := session.ObservePlayers{ID: 3, GameID: play(n), Run: run, Observation: session.Observation{Status: status}}
	if players >= 0 {
		o.PlayerCount = &players
	}
	return o
}

// moved is the fact; players below zero is no count.
func moved(n int, status string, players int, at protocol.Timestamp) *fact.PlayerCheckMoved {
	f := &fact.PlayerCheckMoved{At: at, Play: play(n), Status: status}
	if players >= 0 {
		f.PlayerCount = &players
	}
	return f
}

func TestPlayerCheckStarts(t *testing.T) {
	runRules(t, []rule{
		{name: "with a room code", given: commands{open(), add(1), room(1, "QUIP")}, when: startCheck(1),
			then: facts{moved(1, fact.CheckChecking, -1, noon+3*second)}},
		{name: "not without one", given: commands{open(), add(1)}, when: startCheck(1),
			code: protocol.CodeInvalid, says: "Game does not have a room code set"},
		{name: "not when the game is over", given: commands{open(), add(1), room(1, "QUIP"), status(1, protocol.StatusPlayed)}, when: startCheck(1),
			code: protocol.CodeInvalid, says: "Game is not being played"},
		{name: "once", given: commands{open(), add(1), room(1, "QUIP"), startCheck(1)}, when: startCheck(1)},
		{name: "again after it was stopped", given: commands{open(), add(1), room(1, "QUIP"), startCheck(1), sight(1, 4, fact.CheckWaiting, 5), stopCheck(1)},
			when: startCheck(1), then: facts{moved(1, fact.CheckChecking, 5, noon+6*second)}},
		{name: "again after a count by hand, which stands until the room tells one", given: commands{open(), add(1), room(1, "QUIP"), count(1, 9)},
			when: startCheck(1), then: facts{moved(1, fact.CheckChecking, 9, noon+4*second)}},
	})
}

func TestPlayerCheckSeesARoom(t *testing.T) {
	begun := commands{open(), add(1), room(1, "QUIP"), startCheck(1)}
	after := func(more ...protocol.Command) commands { return append(begun[:len(begun):len(begun)], more...) }
	waiting := sight(1, 4, fact.CheckWaiting, 3)
	runRules(t, []rule{
		{name: "for the first time", given: begun, when: waiting, then: facts{moved(1, fact.CheckWaiting, 3, noon+4*second)}},
		{name: "without a count", given: begun, when: sight(1, 4, fact.CheckWaiting, -1), then: facts{moved(1, fact.CheckWaiting, -1, noon+4*second)}},
		{name: "as it was", given: after(waiting), when: waiting},
		{name: "as it was, without a count", given: after(waiting), when: sight(1, 4, fact.CheckWaiting, -1)},
		{name: "with one more", given: after(waiting), when: sight(1, 4, fact.CheckWaiting, 4), then: facts{moved(1, fact.CheckWaiting, 4, noon+5*second)}},
		{name: "never with fewer", given: after(waiting), when: sight(1, 4, fact.CheckWaiting, 2)},
		{name: "starting", given: after(waiting), when: sight(1, 4, fact.CheckStarted, 3), then: facts{moved(1, fact.CheckStarted, 3, noon+5*second)}},
		{name: "never waiting again", given: after(sight(1, 4, fact.CheckStarted, 3)), when: waiting},
		{name: "never waiting again, with more", given: after(sight(1, 4, fact.CheckStarted, 3)), when: sight(1, 4, fact.CheckWaiting, 4),
			then: facts{moved(1, fact.CheckStarted, 4, noon+5*second)}},
		{name: "over", given: after(waiting), when: sight(1, 4, fact.CheckFinished, -1), then: facts{moved(1, fact.CheckFinished, 3, noon+5*second)}},
		{name: "over at the first look", given: begun, when: sight(1, 4, fact.CheckFinished, 6), then: facts{moved(1, fact.CheckFinished, 6, noon+4*second)}},
		{name: "never", given: begun, when: sight(1, 4, fact.CheckFinished, -1), then: facts{moved(1, fact.CheckFailed, -1, noon+4*second)}},
		{name: "not at all", given: after(waiting), when: sight(1, 4, fact.CheckFailed, -1), then: facts{moved(1, fact.CheckFailed, 3, noon+5*second)}},
		{name: "after it is over", given: after(waiting, sight(1, 4, fact.CheckFinished, -1)), when: sight(1, 4, fact.CheckStarted, 5)},
		{name: "with fewer than a host counted before", given: commands{open(), add(1), room(1, "QUIP"), count(1, 9), startCheck(1)},
			when: sight(1, 5, fact.CheckWaiting, 2), then: facts{moved(1, fact.CheckWaiting, 2, noon+5*second)}},
		{name: "of another run", given: begun, when: sight(1, 3, fact.CheckWaiting, 3)},
		{name: "of another game", given: begun, when: sight(2, 4, fact.CheckWaiting, 3)},
		{name: "with too many", given: begun, when: sight(1, 4, fact.CheckWaiting, protocol.MaxPlayers+1),
			code: protocol.CodeInvalid, says: "a count of players must be between 0 and 100000"},
		{name: "as no room can be", given: begun, when: sight(1, 4, fact.CheckStopped, 1),
			code: protocol.CodeInvalid, says: `"stopped" is not a status of a room`},
	})
}

func TestPlayerCheckEnds(t *testing.T) {
	begun := commands{open(), add(1), room(1, "QUIP"), startCheck(1), sight(1, 4, fact.CheckWaiting, 3)}
	at := noon + 5*second
	stopped := moved(1, fact.CheckStopped, 3, at)
	runRules(t, []rule{
		{name: "when it is stopped", given: begun, when: stopCheck(1), then: facts{stopped}},
		{name: "once", given: append(begun[:5:5], stopCheck(1)), when: stopCheck(1)},
		{name: "with its game", given: begun, when: status(1, protocol.StatusPlayed), then: facts{stopped, changed(1, protocol.StatusPlayed, at)}},
		{name: "with the next game", given: begun, when: add(2), then: facts{stopped, changed(1, protocol.StatusPlayed, at), added(2, 2, at)}},
		{name: "with the removal", given: begun, when: remove(1), then: facts{stopped, &fact.GameRemoved{At: at, Play: play(1)}}},
		{name: "with the evening", given: begun, when: closeIt, then: facts{stopped, changed(1, protocol.StatusPlayed, at), &fact.Closed{At: at}}},
		{name: "with a count by hand", given: begun, when: count(1, 3), then: facts{&fact.PlayerCountSet{At: at, Play: play(1), PlayerCount: 3, Status: "manual"}}},
		{name: "and a count by hand wins", given: append(begun[:5:5], count(1, 3)), when: sight(1, 4, fact.CheckWaiting, 8)},
		{name: "and a count by hand stays when it is stopped", given: append(begun[:5:5], count(1, 3)), when: stopCheck(1)},
	})
}

func TestANewRoomCodeBeginsTheCheckAnew(t *testing.T) {
	begun := commands{open(), add(1), room(1, "QUIP"), startCheck(1), sight(1, 4, fact.CheckStarted, 8)}
	runRules(t, []rule{
		{name: "from nothing", given: begun, when: room(1, "DRAW"), then: facts{
			&fact.RoomCodeSet{At: noon + 5*second, Play: play(1), RoomCode: "DRAW"}, moved(1, fact.CheckChecking, -1, noon+5*second)}},
		{name: "the same code does not", given: begun, when: room(1, "quip")},
		{name: "what the old room does is not heard", given: append(begun[:5:5], room(1, "DRAW")), when: sight(1, 4, fact.CheckFinished, -1)},
		{name: "the new one is", given: append(begun[:5:5], room(1, "DRAW")), when: sight(1, 7, fact.CheckWaiting, 0),
			then: facts{moved(1, fact.CheckWaiting, 0, noon+6*second)}},
		{name: "but none that is over", given: append(begun[:5:5], stopCheck(1)), when: room(1, "DRAW"),
			then: facts{&fact.RoomCodeSet{At: noon + 6*second, Play: play(1), RoomCode: "DRAW"}}},
	})
}

func TestTheCheckThatIsRunning(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), room(1, "quip"))
	if _, running := e.RoomCheck(); running || e.Busy() {
		t.Error("something is running before anybody has started it")
	}
	e.must(t, startCheck(1))
	want := session.RoomCheck{Play: play(1), RoomCode: "QUIP", Run: 4}
	for _, then := range []protocol.Command{sight(1, 4, fact.CheckWaiting, 1), sight(1, 4, fact.CheckStarted, 2), vote("ann", protocol.VoteUp, noon)} {
		if got, running := e.RoomCheck(); !running || !e.Busy() || got != want {
			t.Errorf("running %v: %+v", running, got)
		}
		e.must(t, then)
	}
	e.must(t, sight(1, 4, fact.CheckFinished, -1))
	if got, running := e.RoomCheck(); running || e.Busy() {
		t.Errorf("still running: %+v", got)
	}
}

func TestPlayerCheckIsTold(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), room(1, "QUIP"), startCheck(1), sight(1, 4, fact.CheckWaiting, 3))
	tail := `"sessionId":3,"seq":4,"data":{"sessionId":3,"gameId":30001,"playerCount":null,"status":"checking"}}`
	want := []string{`{"type":"player-count.updated","timestamp":"2024-01-15T12:00:00.000Z",` + tail,
		`{"type":"player-count.updated","timestamp":"2024-01-15T12:00:00.000Z","sessionId":3,"seq":5,"data":{"sessionId":3,"gameId":30001,"playerCount":3,"status":"waiting"}}`}
	for i, w := range want {
		if diff := cmp.Diff(w, string(e.events[3+i])); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	g := e.Games()[0]
	if *g.PlayerCount != 3 || *g.PlayerCountCheckStatus != fact.CheckWaiting {
		t.Errorf("shown as %v %v", *g.PlayerCount, *g.PlayerCountCheckStatus)
	}
}
