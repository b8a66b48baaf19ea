package protocol_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"partyline/protocol"
)

func TestTickersOfGames(t *testing.T) {
	low, high, text := 1, 2, "x"
	for ticker, valid := range map[string]bool{
		"": true, "AB": true, "ab": true, "12": true, "QPL3": true, "ABCDEFGH": true,
		"A": false, "ABCDEFGHI": false, "A B": false, " AB": false, "ÄÖ": false, "A-B": false, "A_B": false, "\u212aB": false, "ThisGame": false,
	} {
		c := protocol.CreateGame{GameFields: protocol.GameFields{PackName: &text, Title: &text, MinPlayers: &low, MaxPlayers: &high,
			Ticker: protocol.Optional[string]{Set: true, Value: &ticker}}}
		if err := c.Check(); (err == nil) != valid {
			t.Errorf("%q: %v", ticker, err)
		}
	}
	if got := protocol.NormalizeTicker("qPl3ß\u017f"); got != "QPL3ß\u017f" {
		t.Errorf("%q", got)
	}
}

var chatTickers = map[string]protocol.GameID{"QPL3": 31, "TMP2": 26, "AB": 1, "ABCDEFGH": 2, "12": 3}

// scanned are the votes in a message, as text, in the order of the games' ids; 0 is the game at
// the time.
func scanned(t *testing.T, message string) string {
	t.Helper()
	s, at := protocol.ChatScanner{Tickers: chatTickers}, protocol.Timestamp(5)
	if err := s.Add(&protocol.ChatMessage{Username: "ann", Message: &message, Timestamp: at.VoteTimestamp()}); err != nil {
		t.Fatal(err)
	}
	c := s.Import(1)
	found := map[protocol.GameID]string{}
	for _, v := range c.Votes {
		id := protocol.GameID(0)
		if v.Game > 0 {
			id = c.Games[v.Game-1].ID
		}
		if found[id] != "" || v.Timestamp != 5 || v.Voter != 0 {
			t.Errorf("%q: %+v", message, c.Votes)
		}
		found[id] = thumbWords[v.Thumbs]
	}
	var all []string
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, fmt.Sprint(id, " ", found[id]))
	}
	return strings.Join(all, ", ")
}

func TestTickersInMessages(t *testing.T) {
	for message, want := range map[string]string{
		"QPL3++": "31 up", "omg (qpl3--)!": "31 down", "Qpl3\u2014": "31 down", "qpl3+++": "31 up",
		"QPL3++ qpl3-- QPL3++": "31 up and down", "tmp2++QPL3++": "31 up", "QPL3++, tmp2--": "26 down, 31 up",
		"thisgame++ but Qpl3\u2014": "0 up, 31 down", "#QPL3++ 🎉ab--🎉": "1 down, 31 up", "12--": "3 down", "abcdefgh++": "2 up",
		"C++ and lol-- and A++": "", "QPL3": "", "QPL3+": "", "xQPL3++": "", "_QPL3++": "", "éAB++": "", "QPL3++x": "", "QPL 3++": "", "QPL3 ++": "",
		"AABCDEFGH++": "", "aaaaaaaaaaaaaaaaaaaaaaaaAB++": "", "a-AB++": "1 up",
	} {
		if got := scanned(t, message); got != want {
			t.Errorf("%q is %q, want %q", message, got, want)
		}
	}
}

// TestTickersOfTheDocs: the table of docs/api/chat.md.
func TestTickersOfTheDocs(t *testing.T) {
	b, err := os.ReadFile("../docs/api/chat.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(b), "where `QPL3` is Quiplash 3:")
	table, _, _ = strings.Cut(table, "## ")
	rows := 0
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\| (.*) \\|$").FindAllStringSubmatch(table, -1) {
		want := strings.NewReplacer(" for the current game", "", "none", "").Replace(row[2])
		var parts []string
		for _, part := range strings.Split(want, ", ") {
			if thumb, is := strings.CutSuffix(part, " for Quiplash 3"); is {
				part = "31 " + thumb
			} else if part != "" {
				part = "0 " + part
			}
			parts = append(parts, part)
		}
		for _, message := range strings.Split(strings.Trim(row[1], "`"), "`, `") {
			rows++
			if got := scanned(t, message); got != strings.Join(parts, ", ") {
				t.Errorf("%q is %q, the docs say %q", message, got, row[2])
			}
		}
	}
	if rows < 8 {
		t.Errorf("%d examples", rows)
	}
}

// One message votes for ten games at most, and a log has a bounded number of votes, so that what
// the server keeps of 16 MiB is bounded.
func TestTickersAreBounded(t *testing.T) {
	tickers := map[string]protocol.GameID{}
	var message strings.Builder
	message.WriteString("thisgame++ ")
	for i := range 30 {
		ticker := fmt.Sprintf("T%d", i+10)
		tickers[ticker] = protocol.GameID(i + 1)
		message.WriteString(ticker + "++ " + ticker + "-- ")
	}
	s, text, at := protocol.ChatScanner{Tickers: tickers}, message.String(), protocol.Timestamp(5)
	add := func() *protocol.Error {
		return s.Add(&protocol.ChatMessage{Username: "ann", Message: &text, Timestamp: at.VoteTimestamp()})
	}
	if err := add(); err != nil || len(s.Import(1).Votes) != 1+protocol.MaxLineTickers {
		t.Fatalf("%d votes, %v", len(s.Import(1).Votes), err)
	}
	lines := 1
	for ; lines < protocol.MaxChatVotes; lines++ {
		if err := add(); err != nil {
			if want := fmt.Sprintf("chatData[%d].message is beyond the 262144 votes that a chat log can hold. Import it in parts.", lines); err.Message != want {
				t.Error(err.Message)
			}
			break
		}
	}
	if lines != protocol.MaxChatVotes/(1+protocol.MaxLineTickers) {
		t.Errorf("refused at line %d", lines)
	}
}
