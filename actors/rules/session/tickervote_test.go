package session_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// annFor is Ann's vote by the ticker of a game at a time after noon.
func annFor(game protocol.GameID, ts protocol.Timestamp) *protocol.CastVote {
	return tickerVote("ann", protocol.VoteUp, game, noon+ts)
}

// byTicker is the fact of that vote, heard at a time after noon.
func byTicker(game protocol.GameID, heard, ts protocol.Timestamp) *fact.VoteCast {
	return &fact.VoteCast{At: noon + heard, Timestamp: noon + ts, Game: game, Type: protocol.VoteUp, Username: "ann"}
}

// firstByTicker is the fact of such a vote for a game that the session does not know.
func firstByTicker(game protocol.GameID, heard, ts protocol.Timestamp) *fact.VoteCast {
	f, details := byTicker(game, heard, ts), added(1, game, noon).Game
	f.Details = &details
	return f
}

func TestVotesByTicker(t *testing.T) {
	two := commands{open(), add(1), add(2)} // at noon+1 s and noon+2 s; the vote comes at noon+3 s
	unknown := vote("ann", protocol.VoteUp, noon)
	unknown.Ticker = "xyz"
	none := rule{code: protocol.CodeDuplicateVote, says: twice}
	runRules(t, []rule{
		{name: "for a game that was never played", given: two, when: annFor(3, 2500), then: facts{firstByTicker(3, 3000, 2500)}},
		{name: "for the game that is on", given: two, when: annFor(2, 2500), then: facts{byTicker(2, 3000, 2500)}},
		{name: "for one that was played", given: two, when: annFor(1, 2500), then: facts{byTicker(1, 3000, 2500)}},
		{name: "for one that was removed", given: commands{open(), add(1), remove(1)}, when: annFor(1, 2500), then: facts{byTicker(1, 3000, 2500)}},
		{name: "before the first game", given: two, when: annFor(1, 1), then: facts{byTicker(1, 3000, 1)}},
		{name: "before any game", given: commands{open()}, when: annFor(3, 0), then: facts{firstByTicker(3, 1000, 0)}},
		{name: "once more", given: commands{open(), annFor(3, 0)}, when: annFor(3, 1000), then: facts{byTicker(3, 2000, 1000)}},
		{name: "with another game", given: commands{open(), annFor(3, 500)}, when: annFor(4, 500), then: facts{firstByTicker(4, 2000, 500)}},
		{name: "with the game that is on", given: commands{open(), add(1), at(2500)}, when: annFor(3, 2500), then: facts{firstByTicker(3, 3000, 2500)}},
		{name: "before a vote for the game that is on", given: commands{open(), add(1), annFor(3, 2500)}, when: at(2500), then: facts{cast(1, 1, noon+3000, noon+2500)}},
		{name: "of another voter", given: commands{open(), annFor(3, 500)}, when: tickerVote("bob", protocol.VoteUp, 3, noon+500),
			then: facts{&fact.VoteCast{At: noon + 2000, Timestamp: noon + 500, Game: 3, Type: protocol.VoteUp, Username: "bob"}}},
		{name: "a minute ahead", given: two, when: annFor(1, 63000), then: facts{byTicker(1, 3000, 63000)}},
		{name: "more than a minute ahead", given: two, when: annFor(1, 63001), code: protocol.CodeInvalid, says: "timestamp must not be more than 60 seconds in the future"},
		{name: "a ticker of no game", given: two, when: unknown, code: protocol.CodeNotFound, says: "Unknown ticker: XYZ"},
		{name: "closed", given: commands{open(), add(1), closeIt}, when: annFor(1, 500), code: protocol.CodeNotFound, says: noSession},
		{name: "the same second", given: commands{open(), annFor(3, 500)}, when: annFor(3, 1499), code: none.code, says: none.says},
		{name: "the same second in other letters", given: commands{open(), annFor(3, 500)}, when: tickerVote(" ANN", protocol.VoteDown, 3, noon), code: none.code, says: none.says},
		{name: "the same as for the game that is on", given: commands{open(), add(1), at(2500)}, when: annFor(1, 2400), code: none.code, says: none.says},
		{name: "the same as by the ticker of the game that is on", given: commands{open(), add(1), annFor(1, 2500)}, when: at(2400), code: none.code, says: none.says},
	})
}

// What a session tells of a game that has votes by ticker only: its totals and its votes, and no
// playing.
func TestGameThatIsOnlyVotedForByTicker(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1))
	accepted := e.must(t, annFor(4, 0)).(*protocol.VoteAccepted)
	if accepted.Game.ID != 4 || accepted.Game.Title != "Game 4" || accepted.Game.Totals != protocol.NewTotals(41, 4) || accepted.Session.GamesPlayed != 1 {
		t.Errorf("%+v", accepted)
	}
	event := string(e.events[len(e.events)-1])
	if want := `"data":{"sessionId":3,"game":{"id":4,"title":"Game 4","pack_name":"Pack 1"},"vote":{"username":"ann","type":"up","timestamp":"2024-01-15T12:00:00.000Z"},"totals":{"upvotes":41,"downvotes":4,"popularity_score":37}}}`; !strings.HasSuffix(event, want) {
		t.Errorf("%s\nwant …%s", event, want)
	}
	votes := protocol.SessionVotes{SessionID: 3, Votes: []protocol.GameVotes{{GameID: 4, Title: "Game 4", PackName: "Pack 1", Upvotes: 1, NetScore: 1, TotalVotes: 1}}}
	if d := cmp.Diff(votes, e.Votes()); d != "" {
		t.Error(d)
	}
	if n, played := len(e.Games()), e.Played(); n != 1 || len(played) != 1 {
		t.Errorf("%d games, played %v", n, played)
	}
	// When it is played at last, its totals go on from where they were.
	later := catalogued(4)
	later.Upvotes++ // with the vote
	e.must(t, protocol.AddGame{ID: 3, GameID: 4, Game: later})
	e.now += second
	if g := e.must(t, vote("bob", protocol.VoteUp, e.now)).(*protocol.VoteAccepted).Game; g.Totals != protocol.NewTotals(42, 4) {
		t.Errorf("%+v", g)
	}
}

func TestChatVotesByTicker(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1))
	e.now = noon + 9*second
	log := chat(ann("G1++ thisgame++", 1000), ann("thisgame++ g4++, g4-- and none++", 3000), bob("G4--", 2000), bob("so: g5++!", 2000), bob("G4++", 2500))
	want := &protocol.ChatResult{Message: "Chat log imported and processed successfully", MessagesImported: 5, DuplicatesSkipped: 2, VotesProcessed: 6,
		VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{1: {Title: "Game 1", Upvotes: 2}, 4: {Title: "Game 4", Upvotes: 1, Downvotes: 2}, 5: {Title: "Game 5", Upvotes: 1}}}
	if diff := cmp.Diff(any(want), e.must(t, log)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	event := `"data":{"sessionId":3,"messages":5,"votes":6,"games":[` +
		`{"id":1,"title":"Game 1","pack_name":"Pack 1","upvotes":2,"downvotes":0,"totals":{"upvotes":12,"downvotes":1,"popularity_score":11}},` +
		`{"id":4,"title":"Game 4","pack_name":"Pack 1","upvotes":1,"downvotes":2,"totals":{"upvotes":41,"downvotes":6,"popularity_score":35}},` +
		`{"id":5,"title":"Game 5","pack_name":"Pack 1","upvotes":1,"downvotes":0,"totals":{"upvotes":51,"downvotes":5,"popularity_score":46}}]}}`
	if got := string(e.events[len(e.events)-1]); !strings.HasSuffix(got, event) {
		t.Errorf("%s\nwant …%s", got, event)
	}
	again := chat(ann("g4++", 3500), ann("G5--", 3000))
	again.Games[0] = protocol.Game{} // gone from the catalogue since
	if r := e.must(t, again).(*protocol.ChatResult); r.VotesProcessed != 1 || r.VotesByGame[5].Downvotes != 1 {
		t.Errorf("%+v", r)
	}
}
