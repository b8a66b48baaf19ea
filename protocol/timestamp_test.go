package protocol_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"partyline/protocol"
)

// TestVoteTimestampWithoutDecimalsIsTheEndOfItsSecond in every field of that type.
func TestVoteTimestampWithoutDecimalsIsTheEndOfItsSecond(t *testing.T) {
	for given, want := range map[string]string{
		"2025-11-01T20:30:00Z":           "2025-11-01T20:30:00.999Z",
		"2025-11-01T22:30:00+02:00":      "2025-11-01T20:30:00.999Z",
		"2025-11-01T20:30:00.0Z":         "2025-11-01T20:30:00.000Z",
		"2025-11-01T20:30:00.000Z":       "2025-11-01T20:30:00.000Z",
		"2025-11-01T20:30:00,25Z":        "2025-11-01T20:30:00.250Z",
		"2025-11-01T20:30:00.123456789Z": "2025-11-01T20:30:00.123Z",
		"9999-12-31T23:59:59Z":           "9999-12-31T23:59:59.999Z",
		"1970-01-01T00:00:00Z":           "1970-01-01T00:00:00.999Z",
	} {
		if s, err := protocol.ParseVoteTimestamp(given); err != nil || s.String() != want {
			t.Errorf("%s is read as %v, %v; want %s", given, s, err, want)
		}
		var vote protocol.CastVote
		var batch protocol.CastVotes
		var line protocol.ChatMessage
		body := `{"timestamp":"` + given + `"}`
		for into, data := range map[any]string{&vote: body, &batch: `{"votes":[` + body + `]}`, &line: body} {
			if err := json.Unmarshal([]byte(data), into); err != nil {
				t.Fatal(err)
			}
		}
		if vote.Timestamp.String() != want || batch.Votes[0].Timestamp.String() != want || line.Timestamp.String() != want {
			t.Errorf("%s: a vote at %v, in a batch at %v, in a chat at %v; want %s", given, vote.Timestamp, batch.Votes[0].Timestamp, line.Timestamp, want)
		}
		if b, err := json.Marshal(vote.Timestamp); err != nil || string(b) != `"`+want+`"` {
			t.Errorf("written as %s, %v", b, err)
		}
	}
	for _, bad := range []string{"", "yesterday", "2025-11-01", "1969-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "2025-11-01T20:30:00.Z"} {
		if s, err := protocol.ParseVoteTimestamp(bad); err == nil {
			t.Errorf("%q is read as %v", bad, s)
		}
	}
}

// TestOtherTimestampsAreNotRounded: a replay since a second begins with it.
func TestOtherTimestampsAreNotRounded(t *testing.T) {
	var c protocol.ReplayWebhook
	if err := json.Unmarshal([]byte(`{"since":"2025-11-01T20:30:00Z"}`), &c); err != nil || c.Since.String() != "2025-11-01T20:30:00.000Z" {
		t.Errorf("%v, %v", c.Since, err)
	}
}

// TestTimestampsAreWrittenAsTimeWritesThem, whatever they are.
func TestTimestampsAreWrittenAsTimeWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ts := protocol.Timestamp(rapid.Int64Range(-1_000_000_000_000, 300_000_000_000_000).Draw(t, "timestamp"))
		got, want := string(ts.AppendJSON(nil)), `"`+ts.Time().Format("2006-01-02T15:04:05.000Z")+`"`
		if got != want {
			t.Fatalf("%d is %s, want %s", ts, got, want)
		}
	})
}
