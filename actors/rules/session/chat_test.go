package session_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// chatLine is a line of a log.
type chatLine struct {
	name, message string
	at            protocol.Timestamp
}

// chat imports a log into the tests' session.
func chat(lines ...chatLine) *protocol.ImportChat {
	s := protocol.ChatScanner{Tickers: map[string]protocol.GameID{"G1": 1, "G2": 2, "G3": 3, "G4": 4, "G5": 5}}
	for _, l := range lines {
		if err := s.Add(&protocol.ChatMessage{Username: l.name, Message: &l.message, Timestamp: l.at.VoteTimestamp()}); err != nil {
			panic(err)
		}
	}
	c := s.Import(3)
	for i := range c.Games {
		c.Games[i] = catalogued(c.Games[i].ID) // as the hub does
	}
	return c
}

const (
	up   = "thisgame++"
	down = "thisgame--"
	both = "thisgame++ no thisgame--"
)

// ann and bob write a line at a time after noon.
func ann(message string, ts protocol.Timestamp) chatLine { return chatLine{"ann", message, noon + ts} }
func bob(message string, ts protocol.Timestamp) chatLine { return chatLine{"bob", message, noon + ts} }

// voice is a vote of a ChatImported at a time after noon.
func voice(ts protocol.Timestamp, name int32, thumbs protocol.Thumbs) protocol.ChatVote {
	return protocol.ChatVote{Timestamp: noon + ts, Voter: name, Thumbs: thumbs}
}

// imported is the fact of so many lines, three seconds after noon.
func imported(lines int, names string, parts ...any) facts {
	f := &fact.ChatImported{At: noon + 3*second, Messages: lines, Names: strings.Split(names, ",")}
	for _, p := range parts {
		switch p := p.(type) {
		case fact.ChatPlay:
			f.Plays = append(f.Plays, p)
		case protocol.ChatVote:
			f.Votes = append(f.Votes, p)
		}
	}
	return facts{f}
}

// of is what a log has for the n-th playing, which is of game n.
func of(n, lines int, up, down int64) fact.ChatPlay {
	return fact.ChatPlay{Play: play(n), Game: protocol.GameID(n), Lines: lines, Up: up, Down: down}
}

func TestChatImport(t *testing.T) {
	two := commands{open(), add(1), add(2)} // at noon+1 s and noon+2 s; the log comes at noon+3 s
	runRules(t, []rule{
		{name: "a thumb", given: two, when: chat(ann(up, 2500)), then: imported(1, "ann", of(2, 1, 1, 0), voice(2500, 0, 1))},
		{name: "talk", given: two, when: chat(ann("what is this", 2500))},
		{name: "no lines", given: two, when: chat()},
		{name: "both thumbs", given: two, when: chat(ann(both, 2500)), then: imported(1, "ann", of(2, 1, 1, 1), voice(2500, 0, 3))},
		{name: "the games of their times", given: two, when: chat(ann(up, 1999), ann(down, 3000)),
			then: imported(2, "ann", of(1, 1, 1, 0), of(2, 1, 0, 1), voice(1999, 0, 1), voice(3000, 0, 2))},
		{name: "before the first game", given: two, when: chat(ann(up, 999), ann(down, 1000)),
			then: imported(2, "ann", of(1, 1, 0, 1), voice(1000, 0, 2))},
		{name: "no games", given: commands{open()}, when: chat(ann(up, 0))},
		{name: "all games removed", given: commands{open(), add(1), remove(1)}, when: chat(ann(up, 1500))},
		{name: "a removed game was not seen", given: commands{open(), add(1), remove(1)}, when: chat(ann(up, 1500))},
		{name: "out of order", given: two, when: chat(ann(up, 3000), bob(down, 1500), ann("hm", 1600), ann(down, 2000)),
			then: imported(4, "bob,ann", of(1, 1, 0, 1), of(2, 2, 1, 1), voice(1500, 0, 2), voice(2000, 1, 2), voice(3000, 1, 1))},
		{name: "the same moment keeps the order of the log", given: two, when: chat(bob(up, 2500), ann(up, 2500)),
			then: imported(2, "bob,ann", of(2, 2, 2, 0), voice(2500, 0, 1), voice(2500, 1, 1))},
		{name: "duplicates within the log", given: two, when: chat(ann(up, 2500), ann(down, 3499), ann(down, 1501), ann(both, 3500)),
			then: imported(4, "ann", of(2, 2, 2, 1), voice(2500, 0, 1), voice(3500, 0, 3))},
		{name: "the first of the list counts", given: two, when: chat(ann(down, 2900), ann(up, 2500)),
			then: imported(2, "ann", of(2, 1, 0, 1), voice(2900, 0, 2))},
		{name: "a duplicate hides nothing", given: two, when: chat(ann(up, 2000), ann(up, 2999), ann(up, 3000)),
			then: imported(3, "ann", of(2, 2, 2, 0), voice(2000, 0, 1), voice(3000, 0, 1))},
		{name: "other spellings are one voter", given: two, when: chat(chatLine{"Ann", up, noon + 2000}, ann(up, 2500), chatLine{"ANN ", down, noon + 3000}),
			then: imported(3, "Ann,ANN", of(2, 2, 1, 1), voice(2000, 0, 1), voice(3000, 1, 2))},
		{name: "duplicates of live votes", given: commands{open(), add(1), at(2000)}, when: chat(chatLine{"ANN", up, noon + 1001}, ann(down, 2999), ann(up, 3000)),
			then: imported(3, "ann", of(1, 1, 1, 0), voice(3000, 0, 1))},
		{name: "duplicates of an import", given: commands{open(), add(1), chat(ann(both, 2000), bob(up, 2000))}, when: chat(ann(down, 2001), bob(up, 3000)),
			then: imported(2, "bob", of(1, 1, 1, 0), voice(3000, 0, 1))},
		{name: "the same log again", given: commands{open(), add(1), chat(ann(both, 2000), bob(up, 2500), ann(up, 2100))},
			when: chat(ann(both, 2000), bob(up, 2500), ann(up, 2100))},
		{name: "a minute ahead", given: two, when: chat(ann(up, 63000)), then: imported(1, "ann", of(2, 1, 1, 0), voice(63000, 0, 1))},
		{name: "more than a minute ahead", given: two, when: chat(ann(up, 2500), ann("hm", 63001), ann("hm", 63001)),
			code: protocol.CodeInvalid, says: "chatData[1].timestamp must not be more than 60 seconds in the future"},
		{name: "closed", given: commands{open(), add(1), closeIt}, when: chat(ann(up, 2999)), then: imported(1, "ann", of(1, 1, 1, 0), voice(2999, 0, 1))},
		{name: "deleted", given: commands{open(), closeIt, deleteIt}, when: chat(ann(up, 0)), code: protocol.CodeNotFound, says: "Session not found"},
		{name: "not opened", when: chat(ann(up, 0)), code: protocol.CodeNotFound, says: "Session not found"},
	})
}

// TestChatBelongsToTheGameBeforeARemovedOne: with removed games in between.
func TestChatBelongsToTheGameBeforeARemovedOne(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), add(2), add(3), add(4), remove(2), remove(3)) // played at noon and 1, 2, 3 ms after it
	_, facts, err := e.do(chat(ann(up, 2), bob(down, 3), chatLine{"cy", up, noon}))
	if err != nil {
		t.Fatal(err)
	}
	want := &fact.ChatImported{At: noon, Messages: 3, Names: []string{"cy", "ann", "bob"},
		Plays: []fact.ChatPlay{of(1, 2, 2, 0), of(4, 1, 0, 1)}, Votes: []protocol.ChatVote{voice(0, 0, 1), voice(2, 1, 1), voice(3, 2, 2)}}
	if diff := cmp.Diff(fact.Fact(want), facts[0]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestChatAnswersAndEvents(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), add(2), add(1)) // played at noon and 1 and 2 ms after it
	e.now = noon + 9*second
	log := chat(ann("hello", -5000), bob(up, -1000), ann(up, 0), bob(down, 1), ann(up, 700), ann(both, 2000), chatLine{"cy", up, noon + 5000})
	want := &protocol.ChatResult{Message: "Chat log imported and processed successfully", MessagesImported: 7, DuplicatesSkipped: 1, VotesProcessed: 5,
		VotesByGame: map[protocol.GameID]protocol.ChatGameVotes{1: {Title: "Game 1", Upvotes: 3, Downvotes: 1}, 2: {Title: "Game 2", Downvotes: 1}}}
	if diff := cmp.Diff(any(want), e.must(t, log)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	event := `{"type":"chat.imported","timestamp":"2024-01-15T12:00:09.000Z","sessionId":3,"seq":7,"data":{"sessionId":3,"messages":7,"votes":5,"games":[` +
		`{"id":1,"title":"Game 1","pack_name":"Pack 1","upvotes":3,"downvotes":1,"totals":{"upvotes":13,"downvotes":2,"popularity_score":11}},` +
		`{"id":2,"title":"Game 2","pack_name":"Pack 1","upvotes":0,"downvotes":1,"totals":{"upvotes":20,"downvotes":3,"popularity_score":17}}]}}`
	if got := string(e.events[len(e.events)-1]); got != event {
		t.Errorf("event %s\nwant %s", got, event)
	}
	n := len(e.facts)
	want.DuplicatesSkipped, want.VotesProcessed, want.VotesByGame = 5, 0, map[protocol.GameID]protocol.ChatGameVotes{}
	if diff := cmp.Diff(any(want), e.must(t, log)); diff != "" || len(e.facts) != n {
		t.Errorf("the same log again: %d facts, answer (-want +got):\n%s", len(e.facts)-n, diff)
	}
	if got := e.Answer(chat(ann(up, 0)), nil); got != nil {
		t.Errorf("the answer to a log that was not decided is %v", got)
	}
}

// TestAChatLogOfTooManyGames: its event and answer must stay within bounds.
func TestAChatLogOfTooManyGames(t *testing.T) {
	e := newEvening()
	e.must(t, open())
	var lines []chatLine
	for n := range protocol.MaxChatGames + 1 {
		e.must(t, add(protocol.GameID(n+1)))
		lines = append(lines, chatLine{fmt.Sprint("v", n), up, noon + protocol.Timestamp(n)})
	}
	if _, facts, err := e.do(chat(lines...)); err == nil || err.Code != protocol.CodeInvalid || len(facts) > 0 ||
		err.Message != "A chat log can hold votes for at most 200 games. Import it in parts." {
		t.Fatalf("%d facts, %v", len(facts), err)
	}
	r := e.must(t, chat(lines[1:]...)).(*protocol.ChatResult)
	if len(r.VotesByGame) != protocol.MaxChatGames || r.VotesProcessed != protocol.MaxChatGames {
		t.Fatalf("%d games, %d votes", len(r.VotesByGame), r.VotesProcessed)
	}
}

// TestManyVotesOfOneNameBackwards: a log in the wrong order must not cost the square of
// its length. Inserted one by one these would take minutes.
func TestManyVotesOfOneNameBackwards(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1))
	const n = 200_000
	e.now += n * second
	lines := make([]chatLine, n)
	for i := range lines {
		lines[i] = ann(up, protocol.Timestamp(n-i)*second)
	}
	for _, want := range []int64{n, 0} {
		if r := e.must(t, chat(lines...)).(*protocol.ChatResult); r.VotesProcessed != want || r.DuplicatesSkipped != n-int(want) {
			t.Fatalf("%+v, want %d votes", r, want)
		}
	}
}
