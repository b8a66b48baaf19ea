package api

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"partyline/gateway/decode"
	"partyline/protocol"
)

const noonLine = `{"username":"ann","message":"thisgame++","timestamp":"2024-01-15T12:00:00Z"}`

func TestChatLogsThatAreRefused(t *testing.T) {
	deep := strings.Repeat("[", 32) + strings.Repeat("]", 32)
	for _, c := range []struct {
		name, body string
		code       protocol.Code
		message    string
	}{
		{"nothing", ``, "invalid", "chatData must be an array"},
		{"space", " \n", "invalid", "chatData must be an array"},
		{"null", `null`, "invalid", "chatData must be an array"},
		{"no list", `{}`, "invalid", "chatData must be an array"},
		{"null for a list", `{"chatData":null}`, "invalid", "chatData must be an array"},
		{"text for a list", `{"chatData":"x"}`, "invalid", "chatData must be an array"},
		{"an object for a list", `{"chatData":{}}`, "invalid", "chatData must be an array"},
		{"a list", `[` + noonLine + `]`, "malformed", "Expected a JSON object"},
		{"a number", `7`, "malformed", "Expected a JSON object"},
		{"a word", `nonsense`, "malformed", "Malformed JSON after byte 0"},
		{"more than one", `{"chatData":[]} {}`, "malformed", "Malformed JSON after byte 17"},
		{"rubbish behind", `{"chatData":[]} x`, "malformed", "Malformed JSON after byte 16"},
		{"null and more", `null 1`, "malformed", "Malformed JSON after byte 6"},
		{"cut off", `{"chatData":[` + noonLine, "malformed", "The body ended too early"},
		{"cut off in a line", `{"chatData":[` + noonLine[:30], "malformed", "chatData[0]: The body ended too early"},
		{"cut off in a name", `{"chatD`, "malformed", "The body ended too early"},
		{"no comma", `{"chatData":[` + noonLine + noonLine + `]}`, "malformed", "chatData[1]: Malformed JSON after byte 89"},
		{"a comma too many", `{"chatData":[` + noonLine + `,]}`, "malformed", "chatData[1]: Malformed JSON after byte 90"},
		{"no colon", `{"chatData" []}`, "malformed", "Malformed JSON after byte 12"},
		{"a line that is none", `{"chatData":[` + noonLine + `,7]}`, "malformed", "chatData[1]: Expected a JSON object"},
		{"a line that is a list", `{"chatData":[[]]}`, "malformed", "chatData[0]: Expected a JSON object"},
		{"an empty line", `{"chatData":[{}]}`, "invalid", "chatData[0].username is required"},
		{"no line", `{"chatData":[null]}`, "invalid", "chatData[0].username is required"},
		{"no message", `{"chatData":[{"username":"a","timestamp":"2024-01-15T12:00:00Z"}]}`, "invalid", "chatData[0].message is required"},
		{"null for a message", `{"chatData":[{"username":"a","message":null,"timestamp":"2024-01-15T12:00:00Z"}]}`, "invalid", "chatData[0].message is required"},
		{"no time", `{"chatData":[{"username":"a","message":""}]}`, "invalid", "chatData[0].timestamp is required"},
		{"a number for a name", `{"chatData":[` + noonLine + `,{"username":1}]}`, "invalid", "chatData[1].username must be a string"},
		{"a list for a message", `{"chatData":[{"message":[]}]}`, "invalid", "chatData[0].message must be a string"},
		{"a time that is none", `{"chatData":[{"timestamp":"yesterday"}]}`, "invalid", "chatData[0].timestamp is not an RFC 3339 timestamp between the years 1970 and 9999"},
		{"a name too long", `{"chatData":[{"username":"` + strings.Repeat("é", 101) + `","message":"","timestamp":"2024-01-15T12:00:00Z"}]}`, "invalid", "chatData[0].username must be 1 to 100 characters"},
		{"a blank name", `{"chatData":[{"username":" ","message":"","timestamp":"2024-01-15T12:00:00Z"}]}`, "invalid", "chatData[0].username is required"},
		{"a name with controls", `{"chatData":[{"username":"a\u0007","message":"","timestamp":"2024-01-15T12:00:00Z"}]}`, "invalid", "chatData[0].username must not contain line breaks or other control characters"},
		{"a line not UTF-8", "{\"chatData\":[{\"message\":\"\xff\"}]}", "malformed", "chatData[0]: JSON must be valid UTF-8"},
		{"a field not UTF-8", "{\"x\":\"\xff\"}", "malformed", "JSON must be valid UTF-8"},
		{"a line too deep", `{"chatData":[{"x":` + deep + `}]}`, "malformed", "chatData[0]: JSON must not be nested deeper than 32 levels"},
		{"a field too deep", `{"x":` + deep + `}`, "malformed", "JSON must not be nested deeper than 32 levels"},
		{"deeper than anything", strings.Repeat(`{"x":`, 20_000), "malformed", "Malformed JSON after byte 5"},
		{"the last of two", `{"chatData":[` + noonLine + `],"chatData":7}`, "invalid", "chatData must be an array"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readChat(strings.NewReader(c.body), protocol.MaxImport, testTickers)
			if err == nil || err.Code != c.code || err.Message != c.message {
				t.Fatalf("%v, want %s: %s", err, c.code, c.message)
			}
		})
	}
}

// testTickers are the tickers of the catalogue.
var testTickers = map[string]protocol.GameID{"QPL3": 31, "TMP2": 26, "STI": 17}

func TestChatLogsThatAreRead(t *testing.T) {
	for _, c := range []struct {
		name, body   string
		lines, votes int
	}{
		{"no lines", `{"chatData":[]}`, 0, 0},
		{"a vote", `{"chatData":[` + noonLine + `]}`, 1, 1},
		{"talk", `{"chatData":[{"username":"ann","message":"hello","timestamp":"2024-01-15T12:00:00Z"},` + noonLine + `]}`, 2, 1},
		{"other fields", `{"x":{"chatData":[1]},"chatData":[{"username":"ann","color":{"r":1},"message":"","timestamp":"2024-01-15T12:00:00Z"}],"y":[[]]}`, 1, 0},
		{"another case", `{"CHATDATA":[{"UserName":"ann","message":"thisgame--","timestamp":"2024-01-15T12:00:00Z"}]}`, 1, 1},
		{"space", " \n{ \"chatData\" :\t[ " + noonLine + " , " + noonLine + " ] } \r\n", 2, 2},
		{"the last of two", `{"chatData":[` + noonLine + `,` + noonLine + `],"chatData":[` + noonLine + `]}`, 1, 1},
		{"the id of a request frame", `{"id":3,"chatData":[` + noonLine + `]}`, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			scanner, err := readChat(iotest.OneByteReader(strings.NewReader(c.body)), protocol.MaxImport, testTickers)
			if err != nil {
				t.Fatal(err)
			}
			if log := scanner.Import(3); log.Messages != c.lines || len(log.Votes) != c.votes || log.ID != 3 {
				t.Fatalf("%+v, want %d lines, %d votes", log, c.lines, c.votes)
			}
		})
	}
}

// talk is a chat log of so many lines without a vote, made as it is read. Every so often
// it looks at the memory in use.
type talk struct {
	lines, at int
	rest      []byte
	least     uint64 // memory in use at the first look
	most      uint64
}

func (s *talk) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		switch {
		case s.at == 0:
			s.rest = []byte(`{"chatData":[` + noonLine)
		case s.at < s.lines:
			s.rest = fmt.Appendf(nil, `,{"username":"viewer_%d","message":"%s","timestamp":"2024-01-15T12:00:00Z"}`, s.at, strings.Repeat("so they say ", 20))
		case s.at == s.lines:
			s.rest = []byte("]}")
		default:
			return 0, io.EOF
		}
		if s.at++; s.at%5000 == 1 {
			s.look()
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *talk) look() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if s.least == 0 {
		s.least = m.HeapAlloc
	}
	s.most = max(s.most, m.HeapAlloc)
}

// TestChatWithoutVotesNeedsNoMemory: 16 MiB of it need no more memory than a line.
func TestChatWithoutVotesNeedsNoMemory(t *testing.T) {
	s := &talk{lines: 50_000}
	scanner, err := readChat(s, protocol.MaxImport, testTickers)
	if err != nil {
		t.Fatal(err)
	}
	s.look()
	if log := scanner.Import(1); log.Messages != s.lines || len(log.Votes) != 1 || len(log.Voters) != 1 {
		t.Fatalf("%d lines, %d votes by %d", log.Messages, len(log.Votes), len(log.Voters))
	}
	if s.most-s.least > 1<<20 {
		t.Errorf("%d bytes in use at the beginning, %d at most", s.least, s.most)
	}
}

// FuzzReadChat holds the stream against decoding the log whole.
func FuzzReadChat(f *testing.F) {
	f.Add([]byte(`{"chatData":[` + noonLine + `]}`))
	f.Add([]byte(`{"chatData":[` + noonLine + `,{"username":"bob","message":"thisgame\u2014","timestamp":"2024-01-15T12:00:00.5+01:00"}],"x":1}`))
	f.Add([]byte(`{"chatData":[{"username":"ann","message":"qpl3++ TMP2\u2014, sti++ sti-- thisgame++ c++","timestamp":"2024-01-15T12:00:00Z"},` + noonLine + `]}`))
	f.Add([]byte(`{"chatData":null}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := readChat(strings.NewReader(string(body)), protocol.MaxImport, testTickers)
		if err == nil && !json.Valid(body) {
			t.Fatalf("%q is read and is no JSON", body)
		}
		if strings.Count(strings.ToLower(string(body)), "chatdata") != 1 {
			return // of two the last one wins, which the package does in a way of its own
		}
		var whole protocol.ChatLog
		refused := decode.Object(body, &whole)
		if refused == nil && whole.ChatData == nil {
			refused = errNoChat()
		}
		want := protocol.ChatScanner{Tickers: testTickers}
		for i := range whole.ChatData {
			if refused == nil {
				refused = want.Add(&whole.ChatData[i])
			}
		}
		if (refused == nil) != (err == nil) {
			if escaped(body) || refused != nil && strings.HasPrefix(refused.Message, "id ") {
				return
			}
			t.Fatalf("%q: read %v, decoded %v", body, err, refused)
		}
		if err != nil {
			return
		}
		if d := cmp.Diff(want.Import(1), got.Import(1)); d != "" {
			t.Fatalf("%q (-decoded +read):\n%s", body, d)
		}
	})
}

// escaped says whether a field's name may be written another way.
func escaped(body []byte) bool { return strings.Contains(string(body), `\u`) }
