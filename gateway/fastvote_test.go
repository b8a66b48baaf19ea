package gateway

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// FuzzPlainVote holds the short way of votes to encoding/json.
func FuzzPlainVote(f *testing.F) {
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
			t.Fatalf("plainVote accepts %q, encoding/json says %v", raw, err)
		}
		if d := cmp.Diff(slow, fast); d != "" {
			t.Fatalf("%q (-encoding/json +plain):\n%s", raw, d)
		}
	})
}
