package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// FuzzIdempotency: a key that is taken can stand in a log and in an answer, and a
// request that is written another way is the same request.
func FuzzIdempotency(f *testing.F) {
	f.Add("k1", []byte(`{"username":"ann","vote":"up","timestamp":"2024-01-15T14:00:00+02:00"}`))
	f.Add("with blank", []byte(`{"role":"bot","name":"b","expiresIn":"1h","sessionId":null}`))
	f.Add("é", []byte(`{"secret":"mysecret123","overlap":"1d","events":["*"],"url":"http://a","name":"\u003c"}`))
	f.Add("\x7f", []byte(`{"length_minutes":null,"game_type":"x"}`))
	f.Fuzz(func(t *testing.T, key string, raw []byte) {
		if checkIdempotencyKey(key) == nil && (len(key) > protocol.MaxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })) {
			t.Fatalf("%q is a key", key)
		}
		sameAgain[protocol.CastVote](t, raw)
		sameAgain[protocol.IssueToken](t, raw)
		sameAgain[protocol.CreateWebhook](t, raw)
		sameAgain[protocol.RotateSecret](t, raw)
		sameAgain[protocol.CreateGame](t, raw)
	})
}

func sameAgain[C any](t *testing.T, raw []byte) {
	t.Helper()
	var c, again C
	if decode.Object(raw, &c) != nil {
		return
	}
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if err := decode.Object(written, &again); err != nil {
		t.Fatalf("%s is written as %s: %v", raw, written, err)
	}
	if fingerprint("op", c) != fingerprint("op", again) || fingerprint("op", c) == fingerprint("other", c) {
		t.Fatalf("%s is another request than %s: %s", raw, written, cmp.Diff(c, again))
	}
}
