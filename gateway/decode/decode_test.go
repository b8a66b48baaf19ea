package decode

import (
	"strings"
	"testing"
	"unicode/utf8"

	"partyline/protocol"
)

func TestDecodeNamesTheField(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		into      any
		code      protocol.Code
		message   string
	}{
		{"string for a number", `{"game_id":"7"}`, new(protocol.AddGame), protocol.CodeInvalid, "game_id must be a number"},
		{"number out of range", `{"game_id":1e400}`, new(protocol.AddGame), protocol.CodeInvalid, "game_id must be a whole number within its range"},
		{"fraction", `{"game_id":1.5}`, new(protocol.AddGame), protocol.CodeInvalid, "game_id must be a whole number within its range"},
		{"number for a string", `{"username":5}`, new(protocol.CastVote), protocol.CodeInvalid, "username must be a string"},
		{"list for a bool", `{"enabled":[]}`, new(protocol.TogglePack), protocol.CodeInvalid, "enabled must be true or false"},
		{"bad timestamp", `{"timestamp":"yesterday"}`, new(protocol.CastVote), protocol.CodeInvalid, "Invalid timestamp format. Use ISO 8601 format (e.g., 2025-11-01T20:30:00Z)"},
		{"number for a timestamp", `{"timestamp":17}`, new(protocol.CastVote), protocol.CodeInvalid, "Invalid timestamp format. Use ISO 8601 format (e.g., 2025-11-01T20:30:00Z)"},
		{"bad duration", `{"expiresIn":"soon"}`, new(protocol.IssueToken), protocol.CodeInvalid, `expiresIn must be a number of seconds or a duration such as "12h" or "30d"`},
		{"optional of a wrong type", `{"length_minutes":"long"}`, new(protocol.CreateGame), protocol.CodeInvalid, "length_minutes must be a number"},
		{"object for an optional", `{"game_type":{}}`, new(protocol.CreateGame), protocol.CodeInvalid, "game_type must be a string"},
		{"not a list", `{"votes":{}}`, new(protocol.CastVotes), protocol.CodeInvalid, "votes must be a list"},
		{"within a list", `{"votes":[{},{"username":1}]}`, new(protocol.CastVotes), protocol.CodeInvalid, "votes[1].username must be a string"},
		{"no object within a list", `{"votes":[{},7]}`, new(protocol.CastVotes), protocol.CodeInvalid, "votes[1] must be an object"},
		{"the last of two", `{"game_id":1,"game_id":"x"}`, new(protocol.AddGame), protocol.CodeInvalid, "game_id must be a number"},
		{"cut off", `{"username":"ann"`, new(protocol.CastVote), protocol.CodeMalformed, "Malformed JSON at byte 17"},
		{"more than one", `{} {}`, new(protocol.CastVote), protocol.CodeMalformed, "Malformed JSON at byte 4"},
		{"no object", `[1]`, new(protocol.CastVote), protocol.CodeMalformed, "Expected a JSON object"},
		{"not UTF-8", "{\"username\":\"\xff\"}", new(protocol.CastVote), protocol.CodeMalformed, "JSON must be valid UTF-8"},
		{"too deep", `{"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, new(protocol.CastVote), protocol.CodeMalformed, "JSON must not be nested deeper than 32 levels"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Object([]byte(c.raw), c.into)
			if err == nil || err.Code != c.code || err.Message != c.message {
				t.Fatalf("decode(%s) = %v, want %s: %s", c.raw, err, c.code, c.message)
			}
		})
	}
}

func TestDecodeAccepts(t *testing.T) {
	deep := `{"x":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[","y":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`
	for _, raw := range []string{"", " ", "null", "{}", "\n{} ", `{"unknown":{"a":[1,2]}}`, deep} {
		if err := Object([]byte(raw), new(protocol.CastVote)); err != nil {
			t.Errorf("decode(%q) = %v", raw, err)
		}
	}
	var c protocol.AddGame
	if err := Object([]byte(`{"game_id":1,"game_id":2}`), &c); err != nil || c.GameID != 2 {
		t.Errorf("of two, the last should win: %d, %v", c.GameID, err)
	}
}

// FuzzDecode holds: never a panic, an error has a sentence, and what is accepted is
// what encoding/json reads.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"username":"ann","vote":"up","timestamp":"2024-01-15T12:00:00Z","sessionId":3}`))
	f.Add([]byte(`{"votes":[{"username":"ann"},{"timestamp":1}]}`))
	f.Add([]byte(`{"length_minutes":null,"game_type":5}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, v := range []any{new(protocol.CastVote), new(protocol.CastVotes), new(protocol.CreateGame), new(protocol.IssueToken), new(protocol.ClientMessage)} {
			if err := Object(raw, v); err != nil && (err.Message == "" || !utf8.ValidString(err.Message) || err.Code.Meaning().Status != 400) {
				t.Fatalf("decode(%q) = %v", raw, err)
			}
		}
	})
}
