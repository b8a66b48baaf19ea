package protocol_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// noon is 2024-01-15T12:00:00.000Z, the time of the first golden event.
const noon protocol.Timestamp = 1705320000000

// goldenEvents is one event of every type, in the order of EventTypes. The file
// testdata/events/<type>.json shows each as clients see it.
func goldenEvents() []protocol.Event {
	notes, five := "Friday game night", 5
	data := []any{
		protocol.SessionStarted{Session: protocol.StartedSession{ID: 3, IsActive: true, CreatedAt: noon, Notes: &notes}},
		protocol.NewJoin(3, "QRX7F2", protocol.PolicyLatest),
		protocol.GameAdded{
			Session: protocol.EventSession{ID: 3, IsActive: true, GamesPlayed: 1},
			Game: protocol.AddedGame{ID: 33, Title: "Quiplash 3", PackName: "Jackbox Party Pack 7",
				MinPlayers: 3, MaxPlayers: 8, ManuallyAdded: true, PlayID: 30001},
		},
		protocol.RoomCodeSet{SessionID: 3, GameID: 30001, RoomCode: "AB12"},
		protocol.PlayerCountUpdated{SessionID: 3, GameID: 30001, PlayerCount: &five, Status: "manual"},
		goldenVote(),
		protocol.PollStarted{SessionID: 3, Poll: goldenPoll(protocol.StatusOpen)},
		protocol.PollTallied{SessionID: 3, Poll: protocol.PollTotals{ID: 3001, Candidates: []protocol.CandidateVotes{{GameID: 31}, {GameID: 70, Votes: 1}}, TotalVotes: 1}},
		protocol.PollEnded{SessionID: 3, Poll: goldenPoll(protocol.StatusEnded)},
		protocol.ChatImported{SessionID: 3, Messages: 812, Votes: 4, Games: []protocol.ChatGame{
			{EventGame: goldenVote().Game, Upvotes: 3, Downvotes: 1, Totals: protocol.NewTotals(14, 3)}}},
		protocol.GameStatusChanged{SessionID: 3, GameID: 30001, Status: protocol.StatusSkipped},
		protocol.GameRemoved{SessionID: 3, GameID: 30001},
		protocol.VotesVoided{SessionID: 3, Devices: 1, Votes: 1, Games: []protocol.VoidedGame{
			{EventGame: goldenVote().Game, Upvotes: 1, Totals: protocol.NewTotals(14, 3)}}},
		protocol.SessionEnded{Session: protocol.EventSession{ID: 3}},
		protocol.VotesFolded{SessionID: 3, Votes: 5},
		protocol.SessionDeleted{SessionID: 3},
	}
	events := make([]protocol.Event, len(data))
	for i, typ := range protocol.EventTypes() {
		events[i] = protocol.Event{Type: typ, Timestamp: noon + protocol.Timestamp(i)*1000, SessionID: 3, Seq: protocol.Seq(i + 1), Data: data[i]}
	}
	return events
}

// goldenPoll is the poll of the golden events, before and after its one vote.
func goldenPoll(status protocol.PollStatus) protocol.Poll {
	start, end := noon+6000, noon+8000
	p := protocol.Poll{ID: 3001, SessionID: 3, Status: status, StartedAt: start, EndsAt: start + 60_000, RemainingMS: 60_000, Candidates: []protocol.Candidate{
		{Choice: 1, GameID: 31, Title: "Quiplash 2", PackName: "Jackbox Party Pack 3", MinPlayers: 2, MaxPlayers: 8},
		{Choice: 2, GameID: 70, Title: "Drawful 2", PackName: "Drawful 2", MinPlayers: 2, MaxPlayers: 8},
	}}
	if status == protocol.StatusEnded {
		p.Candidates[1].Votes, p.TotalVotes = 1, 1
		winner := p.Candidates[1]
		p.EndedAt, p.Winner, p.RemainingMS = &end, &winner, 0
	}
	return p
}

func goldenVote() protocol.VoteReceived {
	return protocol.VoteReceived{
		SessionID: 3,
		Game:      protocol.EventGame{ID: 33, Title: "Quiplash 3", PackName: "Jackbox Party Pack 7"},
		Vote:      protocol.Vote{Username: "viewer_1", Type: protocol.VoteUp, Timestamp: noon + 3250},
		Totals:    protocol.NewTotals(11, 2),
	}
}

// golden reads a file of testdata/events without its white space.
func golden(t *testing.T, typ protocol.EventType) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "events", string(typ)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, b); err != nil {
		t.Fatal(err)
	}
	return line.String()
}

func TestEventGolden(t *testing.T) {
	for _, e := range goldenEvents() {
		t.Run(string(e.Type), func(t *testing.T) {
			got, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(golden(t, e.Type), string(got)); diff != "" {
				t.Errorf("-golden +got:\n%s", diff)
			}
		})
	}
}

func TestEventGoldenIsComplete(t *testing.T) {
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(protocol.EventTypes()) {
		t.Errorf("%d golden files for %d types: %v", len(files), len(protocol.EventTypes()), files)
	}
	for _, typ := range protocol.EventTypes() {
		golden(t, typ)
	}
}

func TestAppendPollTallyEventGolden(t *testing.T) {
	v := protocol.PollTallied{SessionID: 3, Poll: protocol.PollTotals{ID: 3001, Candidates: []protocol.CandidateVotes{{GameID: 31}, {GameID: 70, Votes: 1}}, TotalVotes: 1}}
	got := protocol.AppendPollTallyEvent([]byte("before"), noon+7000, 8, &v)
	if diff := cmp.Diff("before"+golden(t, protocol.EventPollTally), string(got)); diff != "" {
		t.Errorf("-golden +got:\n%s", diff)
	}
}

func TestAppendVoteEventGolden(t *testing.T) {
	v := goldenVote()
	got := protocol.AppendVoteEvent([]byte("before"), noon+5000, 6, &v)
	if diff := cmp.Diff("before"+golden(t, protocol.EventVoteReceived), string(got)); diff != "" {
		t.Errorf("-golden +got:\n%s", diff)
	}
}
