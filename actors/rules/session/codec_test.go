package session_test

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// oneOfEach is a fact of every kind, in the order of the kinds, and some again with
// everything that may be absent.
func oneOfEach() []fact.Fact {
	g := added(1, 1, noon+1)
	g.RoomCode, g.ManuallyAdded = ptr("AB1Z"), true
	bare := &fact.GameAdded{At: noon, Play: play(2), Game: fact.PlayedGame{ID: 7, Title: "Ünï \"<&>\"", PackName: "P", MinPlayers: 1, MaxPlayers: 2}}
	return []fact.Fact{
		&fact.Opened{At: noon}, bare, changed(1, protocol.StatusSkipped, noon), &fact.GameRemoved{At: noon, Play: play(1)},
		&fact.RoomCodeSet{At: noon, Play: play(1), RoomCode: "AB1Z"},
		&fact.PlayerCountSet{At: noon, Play: play(1), PlayerCount: 0, Status: "manual"},
		cast(1, 33, noon+4000, noon+3250), &fact.Closed{At: noon}, &fact.Deleted{At: noon},
		g, &fact.Opened{At: noon, Notes: ptr("")}, &fact.Closed{At: noon, Notes: ptr("line\nline")},
		&fact.PlayerCheckMoved{At: noon, Play: play(1), Status: "waiting", PlayerCount: ptr(0)},
		&fact.PlayerCheckMoved{At: noon, Play: play(1), Status: "checking"},
		&fact.ChatImported{At: noon + 4000, Messages: 812, Names: []string{"Ann", "böb"},
			Plays: []fact.ChatPlay{{Play: play(1), Game: 33, Lines: 2, Up: 2, Down: 1}, {Play: play(9999), Game: 1 << 40, Lines: 1, Down: 1}},
			Votes: []protocol.ChatVote{voice(0, 0, 3), voice(0, 1, 1), voice(3_600_000, 0, 2)}},
		&fact.VoteCast{At: noon, Timestamp: noon + 60000, Play: play(9999), Game: 1 << 40, Type: protocol.VoteDown, Username: strings.Repeat("😀", protocol.MaxUsername)},
		asked(1, false, noon, 5, 6), &fact.PollVoted{At: noon, Poll: 3001, Choice: 2, Username: "ann"},
		&fact.PollVoted{At: noon, Poll: 3001, Choice: 6, Before: 1, Device: 1<<64 - 1, Username: "Ann's phone"},
		&fact.PollEnded{At: noon, Poll: 3001, Choice: 2, Tie: true}, &fact.PollEnded{At: noon, Poll: 3001}, asked(2, true, noon, 1, 2, 3, 4, 5, 6),
		&fact.VoteCast{At: noon, Timestamp: noon, Play: play(1), Game: 33, Type: protocol.VoteUp, Username: "ann", Device: 0xfedcba9876543210},
		&fact.VoteCast{At: noon, Timestamp: noon + 1, Play: play(1), Game: 33, Type: protocol.VoteUp, Username: "漢", Device: 0xa, Replaced: protocol.VoteDown},
		&fact.VoteCast{At: noon, Timestamp: noon, Play: play(1), Game: 33, Type: protocol.VoteDown, Username: "ann", Device: 0xa, Replaced: protocol.VoteUp},
		&fact.JoinSet{At: noon, Generation: 1, Policy: protocol.PolicyLatest, Code: "QRX7F2"},
		&fact.JoinSet{At: noon, Generation: 1<<32 - 1, Policy: protocol.PolicyOnce},
		&fact.VoteCast{At: noon, Timestamp: noon, Play: play(1), Game: 33, Type: protocol.VoteUp, Username: "ann", Device: 0xa, Address: 0xfedcba9876543210},
		&fact.PollVoted{At: noon, Poll: 3001, Choice: 6, Device: 0xa, Username: "ann", Address: 1},
		&fact.VotesVoided{At: noon, Address: 1<<63 | 7, Round: 1, Devices: []protocol.DeviceID{1<<64 - 1, 1}, Plays: []fact.VoidedPlay{{Play: play(1), Game: 33, Up: 2, Down: 1}, {Play: play(9999), Game: 1 << 40}}},
		&fact.VotesVoided{At: noon, Wide: true, Round: 1<<32 - 1, Devices: []protocol.DeviceID{0xa}},
		&fact.VotesFolded{At: noon, Opened: noon - 2, Closed: noon - 1}, foldedEvening(),
		&fact.VoteCast{At: noon, Timestamp: noon - 1, Game: 33, Type: protocol.VoteUp, Username: "ann"},
		&fact.VoteCast{At: noon, Timestamp: noon + 1, Game: 1 << 40, Type: protocol.VoteDown, Username: "漢",
			Details: &fact.PlayedGame{ID: 1 << 40, Title: "Ünï \"<&>\"", PackName: "P", GameType: ptr("Trivia"), MinPlayers: 1, MaxPlayers: 2, Upvotes: 7, Downvotes: 1}},
		&fact.ChatImported{At: noon + 4000, Messages: 2, Names: []string{"Ann", "böb"},
			Plays: []fact.ChatPlay{{Play: play(1), Game: 33, Lines: 1, Up: 1}, {Game: 33, Lines: 1, Up: 1, Down: 1}, {Game: 34, Details: &fact.PlayedGame{ID: 34, Title: "T", PackName: "P"}, Lines: 2, Down: 2}},
			Votes: []protocol.ChatVote{voice(5000, 0, 1), voice(0, 1, 3), voice(1000, 0, 2), voice(2000, 1, 2)}},
	}
}

// foldedEvening is a session with everything that can be left when its votes are folded.
func foldedEvening() *fact.VotesFolded {
	game := fact.PlayedGame{ID: 33, Title: "T", PackName: "P", GameType: ptr("drawing"), MinPlayers: 3, MaxPlayers: 8, Upvotes: 12, Downvotes: 3}
	return &fact.VotesFolded{
		At: noon, Votes: 7, Opened: noon - 9, Closed: noon - 1, Notes: ptr("n"), Generation: 2, Policy: protocol.PolicyOnce,
		Plays: []fact.FoldedPlay{
			{At: noon - 8, Status: protocol.StatusPlayed, Manual: true, RoomCode: ptr("AB1Z"), Count: ptr(4), CountStatus: ptr("manual"), Game: game},
			{At: noon - 7, Status: protocol.StatusSkipped, Removed: true, CountStatus: ptr("stopped"), Game: game},
		},
		Games: []fact.FoldedGame{{ID: 33, Title: "T", PackName: "P", BaseUp: 12, BaseDown: 3, Up: 5, Down: 2}},
		Poll: &fact.FoldedPoll{Number: 3, Started: noon - 6, Ends: noon - 2, Ended: noon - 3, AutoAdd: true, Choice: 2, Tie: true, Added: true, Plays: 1,
			Candidates: []fact.FoldedCandidate{{Game: game, Votes: 1}, {Game: fact.PlayedGame{ID: 7, Title: "U", PackName: "Q", MinPlayers: 1, MaxPlayers: 2}, Votes: 1}}},
	}
}

// TestStoredFactsGolden: what is on people's disks must be readable for ever. A line
// of the file is a stored fact, kind byte in hex and the body; lines are only added.
func TestStoredFactsGolden(t *testing.T) {
	b, err := os.ReadFile("testdata/facts.golden")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	facts := oneOfEach()
	if len(lines) != len(facts) {
		t.Fatalf("%d lines for %d facts", len(lines), len(facts))
	}
	for i, f := range facts {
		stored := fact.Append(nil, f)
		if diff := cmp.Diff(lines[i], legible(stored)); diff != "" {
			t.Errorf("fact %d (-golden +got):\n%s", i, diff)
		}
		got, err := fact.Read(stored)
		if err != nil {
			t.Errorf("fact %d: %v", i, err)
		}
		if diff := cmp.Diff(f, got); diff != "" {
			t.Errorf("fact %d (-want +got):\n%s", i, diff)
		}
	}
}

// legible shows a stored fact in one line: JSON as it is, a vote in hex.
func legible(stored []byte) string {
	kind := hex.EncodeToString(stored[:1])
	if body := stored[1:]; body[0] != '{' {
		return kind + " " + hex.EncodeToString(body)
	}
	return kind + " " + string(stored[1:])
}

func TestAppendFactAppends(t *testing.T) {
	for _, f := range oneOfEach() {
		want := "before" + string(fact.Append(nil, f))
		if got := string(fact.Append([]byte("before"), f)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestReadFactRefuses(t *testing.T) {
	long := &fact.VoteCast{At: noon, Timestamp: noon, Play: 1, Game: 1, Type: "up", Username: strings.Repeat("a", 401)}
	broken := &fact.VoteCast{At: noon, Timestamp: noon, Play: 1, Game: 1, Type: "up", Username: "\xff"}
	for name, b := range map[string][]byte{
		"nothing":                         {},
		"kind 0":                          {0},
		"a kind alone":                    {1},
		"not JSON":                        []byte("\x01{"),
		"null":                            []byte("\x01null"),
		"no time":                         []byte("\x01{}"),
		"a time before 1970":              []byte(`{"at":"1969-01-15T12:00:00.000Z"}`),
		"two values":                      []byte("\x01" + `{"at":"2024-01-15T12:00:00.000Z"}{}`),
		"a field of the future":           []byte("\x01" + `{"at":"2024-01-15T12:00:00.000Z","mood":1}`),
		"no playing":                      []byte("\x04" + `{"at":"2024-01-15T12:00:00.000Z"}`),
		"no game":                         []byte("\x02" + `{"at":"2024-01-15T12:00:00.000Z","play":30001}`),
		"a status of no word":             []byte("\x03" + `{"at":"2024-01-15T12:00:00.000Z","play":30001,"status":"lost"}`),
		"no room code":                    []byte("\x05" + `{"at":"2024-01-15T12:00:00.000Z","play":30001}`),
		"less than no players":            []byte("\x06" + `{"at":"2024-01-15T12:00:00.000Z","play":30001,"count":-1,"status":"manual"}`),
		"a check of no word":              []byte("\x0a" + `{"at":"2024-01-15T12:00:00.000Z","play":30001,"status":"manual"}`),
		"a check of nothing":              []byte("\x0a" + `{"at":"2024-01-15T12:00:00.000Z","status":"waiting"}`),
		"a check of less than no players": []byte("\x0a" + `{"at":"2024-01-15T12:00:00.000Z","play":30001,"status":"waiting","count":-1}`),
		"a vote of no bytes":              {7},
		"a thumb sideways":                {7, 1, 0, 1, 1, 2, 1, 'a'},
		"a vote for no game":              {7, 1, 0, 1, 0, 1, 1, 'a'},
		"a vote for no playing":           {7, 1, 0, 0, 1, 1, 1, 'a'},
		"a vote before 1970":              {7, 1, 3, 1, 1, 1, 1, 'a'},
		"a nameless vote":                 {7, 1, 0, 1, 1, 1, 0},
		"a short name":                    {7, 1, 0, 1, 1, 1, 2, 'a'},
		"something after":                 {7, 1, 0, 1, 1, 1, 1, 'a', 0},
		"an endless number":               {7, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"a chat log of nothing":           {11},
		"a log with no time":              {11, 0, 1, 1, 1, 'a', 1, 1, 1, 1, 1, 1},
		"a log with no names":             {11, 1, 1, 0, 1, 1, 1, 1, 1, 1},
		"a log with no name":              {11, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1},
		"a log with no plays":             {11, 1, 1, 1, 1, 'a', 0},
		"a log for no play":               {11, 1, 1, 1, 1, 'a', 1, 0, 1, 1, 1, 1},
		"a log for no game":               {11, 1, 1, 1, 1, 'a', 1, 1, 0, 1, 1, 1},
		"a log of no votes":               {11, 1, 1, 1, 1, 'a', 1, 1, 1, 0},
		"a log of few lines":              {11, 1, 0, 1, 1, 'a', 1, 1, 1, 1, 1, 1},
		"plays out of order":              {11, 1, 2, 1, 1, 'a', 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"a line of no thumb":              {11, 1, 1, 1, 1, 'a', 1, 1, 1, 1, 1, 0},
		"a line of nobody":                {11, 1, 1, 1, 1, 'a', 1, 1, 1, 1, 1, 5},
		"a name without a line":           {11, 1, 1, 2, 1, 'a', 1, 'b', 1, 1, 1, 1, 1, 1},
		"names out of order":              {11, 1, 2, 2, 1, 'a', 1, 'b', 1, 1, 1, 2, 1, 5, 1, 1},
		"a log with more":                 {11, 1, 1, 1, 1, 'a', 1, 1, 1, 1, 1, 1, 0},
		"a log with less":                 {11, 1, 1, 1, 1, 'a', 1, 1, 1, 1, 1},
		"a log of many names":             {11, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 'a'},
		"a log after 9999":                append(binary.AppendUvarint([]byte{11, 1, 2, 1, 1, 'a', 1, 1, 1, 2}, 253402300799999), 1, 1, 1),
		"a name too long":                 fact.Append(nil, long),
		"a name not UTF-8":                fact.Append(nil, broken),
		"a poll of one game":              fact.Append(nil, asked(1, false, noon, 5)),
		"a poll of seven games":           fact.Append(nil, asked(1, false, noon, 1, 2, 3, 4, 5, 6, 7)),
		"a poll of no game":               fact.Append(nil, asked(1, false, noon, 1, 0)),
		"a poll without an end":           fact.Append(nil, &fact.PollStarted{At: noon, Poll: 3001, Ends: noon}),
		"a poll of no number":             []byte("\x10" + `{"at":"2024-01-15T12:00:00.000Z","choice":1}`),
		"a draw about nothing":            []byte("\x10" + `{"at":"2024-01-15T12:00:00.000Z","poll":3001,"tie":true}`),
		"a seventh choice":                []byte("\x10" + `{"at":"2024-01-15T12:00:00.000Z","poll":3001,"choice":7}`),
		"a ballot of no bytes":            {15},
		"a ballot for no poll":            {15, 1, 0, 1, 0, 0, 1, 'a'},
		"a ballot for nothing":            {15, 1, 1, 0, 0, 0, 1, 'a'},
		"a ballot for a 7th":              {15, 1, 1, 7, 0, 0, 1, 'a'},
		"a ballot after a 7th":            {15, 1, 1, 1, 7, 0, 1, 'a'},
		"a ballot that changes nothing":   {15, 1, 1, 2, 2, 0, 1, 'a'},
		"a ballot of no time":             {15, 0, 1, 1, 0, 0, 1, 'a'},
		"a nameless ballot":               {15, 1, 1, 1, 0, 0, 0},
		"a ballot too short":              {15, 1, 1, 1, 0, 0, 2, 'a'},
		"a ballot and more":               {15, 1, 1, 1, 0, 0, 1, 'a', 0},
		"a ballot not UTF-8":              {15, 1, 1, 1, 0, 0, 1, 0xff},
		"a guest of no bytes":             {12},
		"a guest's thumbs":                {12, 1, 0, 1, 1, 8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a'},
		"both taken back":                 {12, 1, 0, 1, 1, 6, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a'},
		"a guest of no device":            {12, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'a'},
		"a guest's device cut":            {12, 1, 0, 1, 1, 1, 0, 0, 1},
		"a nameless guest":                {12, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0},
		"a guest and more":                {12, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a', 0},
		"a guest for no game":             {12, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a'},
		"a first vote of no address":      {17, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a'},
		"a first vote of no device":       {17, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'a'},
		"a first vote cut":                {17, 0, 0, 0, 0, 0, 0, 0},
		"a first vote of no bytes":        {17},
		"a first ballot of no address":    {18, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 'a'},
		"a first ballot of no device":     {18, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 'a'},
		"a first ballot of nobody":        {18, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 0},
		"a first ballot cut":              {18, 0, 0},
		"a void of nobody":                []byte("\x13" + `{"at":"2024-01-15T12:00:00.000Z","address":1,"round":1,"devices":[]}`),
		"a void of no device":             []byte("\x13" + `{"at":"2024-01-15T12:00:00.000Z","address":1,"round":1,"devices":[0]}`),
		"a void of no round":              []byte("\x13" + `{"at":"2024-01-15T12:00:00.000Z","address":1,"devices":[1]}`),
		"a void of no playing":            []byte("\x13" + `{"at":"2024-01-15T12:00:00.000Z","address":1,"round":1,"devices":[1],"plays":[{"game":1}]}`),
		"a void of no game":               []byte("\x13" + `{"at":"2024-01-15T12:00:00.000Z","address":1,"round":1,"devices":[1],"plays":[{"play":30001}]}`),
		"a void that gives":               []byte("\x13" + `{"at":"2024-01-15T12:00:00.000Z","address":1,"round":1,"devices":[1],"plays":[{"play":30001,"game":1,"up":-1}]}`),
		"a void of too many":              fact.Append(nil, &fact.VotesVoided{At: noon, Round: 1, Devices: slices.Repeat([]protocol.DeviceID{1}, 5001)}),
		"joining of no kind":              []byte("\x0d" + `{"at":"2024-01-15T12:00:00.000Z","generation":1,"policy":"never"}`),
		"joining of no policy":            []byte("\x0d" + `{"at":"2024-01-15T12:00:00.000Z","generation":1}`),
		"joining of no number":            []byte("\x0d" + `{"at":"2024-01-15T12:00:00.000Z","policy":"once","code":"QRX7F2"}`),
		"a code in small":                 []byte("\x0d" + `{"at":"2024-01-15T12:00:00.000Z","generation":1,"policy":"once","code":"qrx7f2"}`),
	} {
		// A typed nil pointer in f would pass for a fact.
		if f, err := fact.Read(b); err == nil || f != nil {
			t.Errorf("%s: read %#v, %v", name, f, err)
		}
	}
	for name, b := range map[string][]byte{"vote": {7, 1, 0, 1, 1, 1, 1, 'a'}, "guest's vote": {12, 1, 0, 1, 1, 5, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a'}, "ballot": {15, 1, 1, 1, 0, 0, 1, 'a'},
		"first vote":   {17, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 'a'},
		"first ballot": {18, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 'a'}, "chat log": {11, 1, 1, 1, 1, 'a', 1, 1, 1, 1, 1, 1}} {
		if _, err := fact.Read(b); err != nil {
			t.Errorf("the smallest %s: %v", name, err)
		}
	}
}

func TestReadFactSaysThatTheVersionIsNewer(t *testing.T) {
	_, err := fact.Read([]byte("\xc8{}"))
	if err == nil || !strings.Contains(err.Error(), "kind 200: written by a newer version") {
		t.Error(err)
	}
}

func TestStoredVotesAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Int64Range(1, 253402300799999)
		want := &fact.VoteCast{
			At: protocol.Timestamp(moment.Draw(t, "at")), Timestamp: protocol.Timestamp(moment.Draw(t, "ts")),
			Play: protocol.PlayID(rapid.Int64Min(1).Draw(t, "play")), Game: protocol.GameID(rapid.Int64Min(1).Draw(t, "game")),
			Type:     rapid.SampledFrom([]protocol.VoteType{protocol.VoteUp, protocol.VoteDown}).Draw(t, "type"),
			Username: rapid.StringN(1, protocol.MaxUsername, -1).Draw(t, "name"),
			Device:   protocol.DeviceID(rapid.Uint64().Draw(t, "device")),
		}
		if want.Device != 0 {
			want.Replaced = rapid.SampledFrom([]protocol.VoteType{"", protocol.VoteUp, protocol.VoteDown}).Draw(t, "replaced")
			want.Address = protocol.AddressID(rapid.Uint64().Draw(t, "address"))
		}
		got, err := fact.Read(fact.Append(nil, want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fact.Fact(want), got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestStoredChatLogsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEvening()
		for _, cmd := range (commands{open(), add(1), add(2)}) {
			if _, _, err := e.do(cmd); err != nil {
				t.Fatal(err)
			}
		}
		e.now += 100 * second
		_, facts, err := e.do(drawChat(t, e.now, rapid.StringMatching(`[a-cA-C ]{0,5}[a-c漢]`)))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range facts {
			got, err := fact.Read(fact.Append(nil, want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestStoredBallotsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &fact.PollVoted{
			At: protocol.Timestamp(rapid.Int64Range(1, 253402300799999).Draw(t, "at")), Poll: protocol.PollID(rapid.Int64Min(1).Draw(t, "poll")),
			Choice: rapid.IntRange(1, 3).Draw(t, "choice"), Before: rapid.SampledFrom([]int{0, 4, 5, 6}).Draw(t, "before"), Device: protocol.DeviceID(rapid.Uint64().Draw(t, "device")), Username: rapid.StringN(1, protocol.MaxUsername, -1).Draw(t, "name"),
		}
		if want.Device != 0 {
			want.Address = protocol.AddressID(rapid.Uint64().Draw(t, "address"))
		}
		got, err := fact.Read(fact.Append(nil, want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fact.Fact(want), got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzReadFact: never a panic, and what is read can be stored, read back and applied.
func FuzzReadFact(f *testing.F) {
	for _, one := range oneOfEach() {
		f.Add(fact.Append(nil, one))
	}
	f.Add([]byte("\x0b{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		read, err := fact.Read(b)
		if err != nil {
			return
		}
		stored := fact.Append(nil, read)
		again, err := fact.Read(stored)
		if err != nil {
			t.Fatalf("%q is stored as %q: %v", b, stored, err)
		}
		if diff := cmp.Diff(read, again); diff != "" {
			t.Fatal(diff)
		}
		e := newEvening()
		e.must(t, open(), add(1))
		e.Apply(read, 3)
		e.View(3, e.moment())
	})
}
