package protocol_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"partyline/protocol"
)

// nasty draws texts with characters that JSON escapes, with runes of every length, and with
// bytes that are not UTF-8.
func nasty() *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"a", "Z", " ", `"`, `\`, "/", "<", ">", "&", "\n", "\r", "\t", "\b", "\f", "\x00", "\x1f", "\x7f",
		"é", "ß", "\u2028", "\u2029", "\ufffd", "\uffff", "😀", "\xff", "\xc3", "\xe2\x80", "\xed\xa0\x80", "\xf0\x9f\x98",
	})
	return rapid.Custom(func(t *rapid.T) string {
		var b bytes.Buffer
		for _, s := range rapid.SliceOfN(pieces, 0, 30).Draw(t, "pieces") {
			b.WriteString(s)
		}
		return b.String() + rapid.String().Draw(t, "text")
	})
}

func drawVote(t *rapid.T) protocol.Vote {
	return protocol.Vote{
		Username:  nasty().Draw(t, "username"),
		Type:      rapid.SampledFrom([]protocol.VoteType{protocol.VoteUp, protocol.VoteDown}).Draw(t, "type"),
		Timestamp: drawTimestamp(t),
		Replaced:  rapid.SampledFrom([]protocol.VoteType{"", protocol.VoteUp, protocol.VoteDown}).Draw(t, "replaced"),
	}
}

func drawTimestamp(t *rapid.T) protocol.Timestamp {
	return protocol.Timestamp(rapid.Int64Range(0, 253402300799999).Draw(t, "timestamp"))
}

func drawTotals(t *rapid.T) protocol.Totals {
	return protocol.Totals{
		Upvotes: rapid.Int64().Draw(t, "up"), Downvotes: rapid.Int64().Draw(t, "down"), PopularityScore: rapid.Int64().Draw(t, "score"),
	}
}

func TestAppendVoteEventEqualsMarshal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := protocol.VoteReceived{
			SessionID: protocol.SessionID(rapid.Int64().Draw(t, "session")),
			Game: protocol.EventGame{
				ID: protocol.GameID(rapid.Int64().Draw(t, "game")), Title: nasty().Draw(t, "title"), PackName: nasty().Draw(t, "pack"),
			},
			Vote:   drawVote(t),
			Totals: drawTotals(t),
		}
		at, seq := drawTimestamp(t), protocol.Seq(rapid.Uint64().Draw(t, "seq"))
		want, err := json.Marshal(protocol.Event{Type: protocol.EventVoteReceived, Timestamp: at, SessionID: v.SessionID, Seq: seq, Data: v})
		if err != nil {
			t.Fatal(err)
		}
		if got := protocol.AppendVoteEvent(nil, at, seq, &v); !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestAppendPollTallyEventEqualsMarshal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := protocol.PollTallied{
			SessionID: protocol.SessionID(rapid.Int64().Draw(t, "session")),
			Poll:      protocol.PollTotals{ID: protocol.PollID(rapid.Int64().Draw(t, "poll")), Candidates: []protocol.CandidateVotes{}, TotalVotes: rapid.Int64().Draw(t, "total")},
		}
		for range rapid.IntRange(0, protocol.MaxCandidates).Draw(t, "candidates") {
			v.Poll.Candidates = append(v.Poll.Candidates, protocol.CandidateVotes{
				GameID: protocol.GameID(rapid.Int64().Draw(t, "game")), Votes: rapid.Int64().Draw(t, "votes"),
			})
		}
		at, seq := drawTimestamp(t), protocol.Seq(rapid.Uint64().Draw(t, "seq"))
		want, err := json.Marshal(protocol.Event{Type: protocol.EventPollTally, Timestamp: at, SessionID: v.SessionID, Seq: seq, Data: v})
		if err != nil {
			t.Fatal(err)
		}
		if got := protocol.AppendPollTallyEvent(nil, at, seq, &v); !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestAppendVoteAcceptedEqualsMarshal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := protocol.VoteAccepted{
			Success: rapid.Bool().Draw(t, "success"),
			Message: nasty().Draw(t, "message"),
			Session: protocol.VoteAcceptedSession{ID: protocol.SessionID(rapid.Int64().Draw(t, "session")), GamesPlayed: rapid.Int().Draw(t, "played")},
			Game:    protocol.VoteAcceptedGame{ID: protocol.GameID(rapid.Int64().Draw(t, "game")), Title: nasty().Draw(t, "title"), Totals: drawTotals(t)},
			Vote:    drawVote(t),
		}
		want, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if got := protocol.AppendVoteAccepted(nil, &a); !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", `"\/`, "<script>&", "\x00\b\f\n\r\t\x1f\x7f", "\u2028\u2029", "\xff\xc3(", "😀", "a\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := protocol.AppendString([]byte("x"), s); string(got) != "x"+string(want) {
			t.Fatalf("got %s, want x%s", got, want)
		}
	})
}

func TestExportedVoteAppendJSONEqualsMarshal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawVote(t)
		e := protocol.ExportedVote{
			ID: rapid.Uint64().Draw(t, "id"), SessionGameID: rapid.Ptr(rapid.Custom(func(t *rapid.T) protocol.PlayID { return protocol.PlayID(rapid.Int64().Draw(t, "play")) }), true).Draw(t, "of play"), GameID: protocol.GameID(rapid.Int64().Draw(t, "game")),
			Username: v.Username, VoteType: v.Type, Timestamp: v.Timestamp, CreatedAt: drawTimestamp(t), Replaced: v.Replaced,
		}
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.AppendJSON([]byte("x")); string(got) != "x"+string(want) {
			t.Fatalf("%s, want %s", got[1:], want)
		}
	})
}
