package ws

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"partyline/gateway/api"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// FuzzFastRequest does the same for request frames. The data is not looked at by the
// short way, so it counts only when it is an object.
func FuzzFastRequest(f *testing.F) {
	f.Add([]byte(`{"type":"request","id":"7","op":"votes.live","data":{"username":"ann","vote":"up"}}`))
	f.Add([]byte(`{"op":"votes.live","type":"request","data":{"username":"}"},"id":"1","key":"k"}`))
	f.Add([]byte(`{"op":"votes.live","type":"request","data":{"username":"},"},"id":"1"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var fast, slow message
		if !fastRequest(raw, &fast) || !json.Valid(fast.Data) {
			return
		}
		if err := json.Unmarshal(raw, &slow); err != nil {
			t.Fatalf("fastRequest accepts %q, encoding/json says %v", raw, err)
		}
		if d := cmp.Diff(slow, fast); d != "" {
			t.Fatalf("%q (-encoding/json +fast):\n%s", raw, d)
		}
	})
}

// BenchmarkReadFrame measures what the fast way of votes saves.
func BenchmarkReadFrame(b *testing.B) {
	raw := []byte(`{"type":"request","id":"71234","op":"votes.live","data":{"username":"viewer_1234","vote":"up","timestamp":"2024-01-15T12:00:00.000Z","sessionId":3}}`)
	for _, way := range []struct {
		name string
		read func() bool
	}{
		{"fast", func() bool { return fastRequest(raw, new(message)) }},
		{"json", func() bool { return decode.Object(raw, new(message)) == nil }},
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

// FuzzReadMessage: the short way of votes and the long way of all other messages read
// the same, down to the vote; and the answer goes under the id that was sent.
func FuzzReadMessage(f *testing.F) {
	for _, s := range []string{
		`{"type":"request","id":"7","op":"votes.live","data":{"username":"ann","vote":"up","timestamp":"2024-01-15T12:00:00Z"}}`,
		`{"type":"request","id":7,"op":"votes.live","data":{"username":"\u0061nn"}}`, `{"type":"request","id":"\u2028","op":"votes.live","data":{"x":[}]}}`,
		`{"type":"subscribe","sessionId":3,"since":0,"mode":"tally"}`, `{"type":"auth","token":"a.b.c"}`, `{"type":"request","id":{},"op":"stats.get"}`,
		`{"type":"request","id":"1","op":"votes.live","data":{},"data":{"vote":"down"}}`, `{"type":"request","id":"1","op":"votes.live","data":{,}}`, `null`, `[]`, `{"since":-1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := new(message)
		err := m.read(raw)
		long := new(message)
		if refused := decode.Object(raw, long); refused != nil {
			if bad := decode.Object(m.Data, new(protocol.CastVote)); err == nil && bad == nil {
				t.Fatalf("%q is read as a vote, the long way says %v", raw, refused)
			}
		} else if d := cmp.Diff(long, m); d != "" || err != nil {
			t.Fatalf("%q: %v (-long +short):\n%s", raw, err, d)
		}
		if err != nil {
			if err.Message == "" || !utf8.ValidString(err.Message) || err.Code.Meaning().Status != 400 {
				t.Fatalf("%q: %v", raw, err)
			}
		}
		if len(m.ID) > maxFrameID {
			t.Fatalf("an id of %d bytes", len(m.ID))
		}
		answered(t, m.ID)
	})
}

func answered(t *testing.T, id frameID) {
	t.Helper()
	b, err := appendResponse(nil, id, api.Response{Status: 200, Body: struct{}{}})
	var r protocol.Response
	if err != nil || json.Unmarshal(b, &r) != nil || utf8.ValidString(string(id)) && r.ID != string(id) {
		t.Fatalf("%q is answered by %q, %v", id, b, err)
	}
}
