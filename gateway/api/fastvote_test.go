package api

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// FuzzFastVote holds the short way of votes to encoding/json.
func FuzzFastVote(f *testing.F) {
	f.Add([]byte(`{"username":"ann","vote":"up","timestamp":"2024-01-15T12:00:00Z","sessionId":3}`))
	f.Add([]byte(` { "vote" : "sideways" , "username":"Zoë" } `))
	f.Add([]byte(`{"sessionId":99999999999999999999}`))
	f.Add([]byte(`{"username":"a","username":"b"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var fast, slow protocol.CastVote
		if !fastVote(raw, &fast) {
			return
		}
		if err := json.Unmarshal(raw, &slow); err != nil {
			t.Fatalf("fastVote accepts %q, encoding/json says %v", raw, err)
		}
		if d := cmp.Diff(slow, fast); d != "" {
			t.Fatalf("%q (-encoding/json +fast):\n%s", raw, d)
		}
	})
}

// BenchmarkReadVote measures what the fast way of votes saves.
func BenchmarkReadVote(b *testing.B) {
	raw := []byte(`{"username":"viewer_1234","vote":"up","timestamp":"2024-01-15T12:00:00.000Z","sessionId":3}`)
	for _, way := range []struct {
		name string
		read func() bool
	}{
		{"fast", func() bool { return fastVote(raw, new(protocol.CastVote)) }},
		{"json", func() bool { return decode.Object(raw, new(protocol.CastVote)) == nil }},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !way.read() {
					b.Fatal("not read")
				}
			}
		})
	}
}
