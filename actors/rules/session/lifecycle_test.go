package session_test

import (
	"pgregory.net/rapid"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// noon is when every test's evening begins.
const noon protocol.Timestamp = 1705320000000

const second protocol.Timestamp = 1000

// evening is a state with the log that made it.
type evening struct {
	*session.State
	now protocol.Timestamp
	// moment is now by both clocks of the hub.
	moment func() protocol.ClockReading
	facts  []fact.Fact
	// events are the published JSON, one for each fact.
	events [][]byte
}

func newEvening() *evening {
	e := &evening{State: session.New(3), now: noon}
	e.moment = func() protocol.ClockReading { return protocol.ReadingOf(e.now) }
	return e
}

// do decides, applies and publishes, as the actor does.
func (e *evening) do(cmd protocol.Command) (any, []fact.Fact, *protocol.Error) {
	facts, err := e.Decide(nil, cmd, e.moment())
	if err != nil {
		return nil, facts, err
	}
	for _, f := range facts {
		e.facts = append(e.facts, f)
		seq := protocol.Seq(len(e.facts))
		e.Apply(f, seq)
		e.events = append(e.events, e.Publish(nil, f, seq))
	}
	return e.Answer(cmd, facts), facts, nil
}

// must is do for commands that the test is not about.
func (e *evening) must(t rapid.TB, cmds ...protocol.Command) any {
	t.Helper()
	var answer any
	for _, cmd := range cmds {
		var err *protocol.Error
		if answer, _, err = e.do(cmd); err != nil {
			t.Fatalf("%T: %v", cmd, err)
		}
	}
	return answer
}

func open() protocol.Command { return protocol.CreateSession{ID: 3} }

func add(game protocol.GameID) protocol.AddGame {
	return protocol.AddGame{ID: 3, GameID: game, Game: catalogued(game)}
}

// catalogued makes game n with 10n upvotes and n downvotes in earlier sessions.
func catalogued(n protocol.GameID) protocol.Game {
	kind := "Trivia"
	return protocol.Game{
		ID: n, Title: "Game " + n.String(), PackName: "Pack 1", GameType: &kind,
		MinPlayers: 2, MaxPlayers: 8, Upvotes: 10 * int64(n), Downvotes: int64(n),
	}
}

func vote(name string, thumb protocol.VoteType, at protocol.Timestamp) *protocol.CastVote {
	return &protocol.CastVote{Username: name, Vote: thumb, Timestamp: at.VoteTimestamp()}
}

// tickerVote is a vote by the ticker of a game, as the hub completes it.
func tickerVote(name string, thumb protocol.VoteType, game protocol.GameID, at protocol.Timestamp) *protocol.CastVote {
	v, g := vote(name, thumb, at), catalogued(game)
	v.Ticker, v.Game = "g"+game.String(), &g
	return v
}

// invite opens joining with a first code.
func invite(policy protocol.JoinPolicy) protocol.Command {
	return protocol.OpenJoin{ID: 3, Policy: policy, NewCode: "QRX7F2"}
}

// guest is a thumb of a phone that came in with the first code.
func guest(device protocol.DeviceID, thumb protocol.VoteType) *protocol.CastGuestVote {
	return &protocol.CastGuestVote{SessionID: 3, Generation: 1, Device: device, Username: "Ann", Vote: thumb}
}

// play is the id of the session's n-th playing.
func play(n int) protocol.PlayID { return protocol.NewPlayID(3, n) }

func ptr[T any](v T) *T { return &v }

func castFact(f fact.Fact) *fact.VoteCast { return f.(*fact.VoteCast) }
