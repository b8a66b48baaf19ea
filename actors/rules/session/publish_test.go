package session_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// TestPublishGolden plays the evening of protocol/testdata/events: one fact a second,
// and every event must be the golden one to the byte.
func TestPublishGolden(t *testing.T) {
	quiplash := protocol.AddGame{ID: 3, GameID: 33, ManuallyAdded: true, Game: protocol.Game{
		ID: 33, Title: "Quiplash 3", PackName: "Jackbox Party Pack 7", MinPlayers: 3, MaxPlayers: 8, Upvotes: 10, Downvotes: 2}}
	asking := poll(31, 70)
	asking.Candidates[0].Title, asking.Candidates[0].PackName = "Quiplash 2", "Jackbox Party Pack 3"
	asking.Candidates[1].Title, asking.Candidates[1].PackName = "Drawful 2", "Drawful 2"
	e := newEvening()
	for _, cmd := range (commands{
		protocol.CreateSession{ID: 3, Notes: ptr("Friday game night")}, invite(""), quiplash, room(1, "ab12"), count(1, 5),
		vote("viewer_1", protocol.VoteUp, noon+3250), asking, choose("viewer_1", 2), closePoll(0), evenings812(), status(1, protocol.StatusSkipped), remove(1), voidIt("0000000000000007"), closeIt, e.fold(), deleteIt,
	}) {
		if _, ok := cmd.(protocol.VoidVotes); ok { // of a vote that has no event of its own
			e.Apply(&fact.VoteCast{At: e.now, Timestamp: e.now, Play: play(1), Game: 33, Type: protocol.VoteUp, Username: "x", Device: 0xa, Address: 7}, 12)
		}
		if _, ok := cmd.(session.FoldVotes); ok { // of an evening that is not old
			f := &fact.VotesFolded{At: e.now, Votes: 5, Opened: noon, Closed: e.now - second}
			e.facts = append(e.facts, f)
			e.Apply(f, protocol.Seq(len(e.facts)))
			e.events = append(e.events, e.Publish(nil, f, protocol.Seq(len(e.facts))))
		} else {
			e.must(t, cmd)
		}
		e.now += second
	}
	if len(e.events) != len(protocol.EventTypes()) {
		t.Fatalf("%d events for %d types", len(e.events), len(protocol.EventTypes()))
	}
	for i, word := range protocol.EventTypes() {
		if diff := cmp.Diff(golden(t, word), string(e.events[i])); diff != "" {
			t.Errorf("%s (-golden +got):\n%s", word, diff)
		}
	}
}

// evenings812 is a log of 812 lines with four votes.
func evenings812() protocol.Command {
	lines := []chatLine{ann(up, 4000), bob(both, 4000), {"cy", up, noon + 4000}}
	for range 809 {
		lines = append(lines, ann("what is this", 4100))
	}
	return chat(lines...)
}

func golden(t *testing.T, word protocol.EventType) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "protocol", "testdata", "events", string(word)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, b); err != nil {
		t.Fatal(err)
	}
	return line.String()
}

func TestPublishAppends(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), at(0))
	for i, f := range e.facts[1:2] {
		if got := e.Publish([]byte("before"), f, protocol.Seq(i+2)); string(got) != "before"+string(e.events[i+1]) {
			t.Errorf("got %s", got)
		}
	}
}

// TestTotalsAreOfAllSessions: the base is taken when a game is first added; adding
// it again must not count this session's votes twice.
func TestTotalsAreOfAllSessions(t *testing.T) {
	e := newEvening()
	e.must(t, open(), add(1), at(0))
	again := add(1)
	again.Game.Upvotes++ // the hub looked the game up after the vote
	again.Game.Title = "Renamed"
	e.must(t, again, vote("bob", protocol.VoteDown, noon+1))
	var event struct{ Data protocol.VoteReceived }
	if err := json.Unmarshal(e.events[len(e.events)-1], &event); err != nil {
		t.Fatal(err)
	}
	if want := protocol.NewTotals(11, 2); event.Data.Totals != want {
		t.Errorf("totals %+v, want %+v", event.Data.Totals, want)
	}
	if event.Data.Game.Title != "Renamed" {
		t.Errorf("the vote is for %q", event.Data.Game.Title)
	}
}
