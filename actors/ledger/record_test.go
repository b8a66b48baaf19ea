package ledger

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// FuzzSplitRecord: the parts of a record are those that it was joined from, and one that
// is cut off within the fact is refused.
func FuzzSplitRecord(f *testing.F) {
	record, _ := NewRecord([]byte("\x01{}"), []byte(`{"type":"vote.received"}`))
	f.Add(record)
	f.Add(record[:2])
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fact, event, err := SplitRecord(data)
		if err != nil {
			return
		}
		if !bytes.HasSuffix(data, slices.Concat(fact, event)) {
			t.Fatalf("%q and %q of %q", fact, event, data)
		}
		again, stored := NewRecord(fact, event)
		fact2, event2, err := SplitRecord(again)
		if err != nil || !bytes.Equal(fact, fact2) || !bytes.Equal(event, event2) || !bytes.Equal(event, stored) {
			t.Fatalf("%q: %q and %q, %v", again, fact2, event2, err)
		}
		if cut := len(again) - len(event) - 1; len(fact) > 0 {
			if _, _, err := SplitRecord(again[:cut]); err == nil {
				t.Fatalf("%q is a record", again[:cut])
			}
		}
	})
}

// FuzzMemoReplay: what was kept under an idempotency key is answered as it was, to the same
// request only; what cannot be read is an error of ours and not an answer.
func FuzzMemoReplay(f *testing.F) {
	key := NewMemoKey(&Key{Scope: "votes.live/admin", Name: "k1", Fingerprint: [32]byte{1}}, protocol.Timeline{Epoch: "aaaaaaaaaaaaaaaa"})
	other := NewMemoKey(&Key{Scope: "votes.live/admin", Name: "k1", Fingerprint: [32]byte{2}}, protocol.Timeline{Epoch: "aaaaaaaaaaaaaaaa"})
	f.Add(key.Memo(struct{ ID int }{7}, nil, 1).Value[32:])
	f.Add(key.Memo(nil, protocol.NotFound("Session").With("id", 3), 0).Value[32:])
	f.Add([]byte("e{"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		value := append(key.fingerprint[:len(key.fingerprint):len(key.fingerprint)], data...)
		answer, refusal := key.Replay(value)
		if (answer == nil) == (refusal == nil) {
			t.Fatalf("%q: %q, %v", data, answer, refusal)
		}
		if _, err := other.Replay(value); err == nil || len(data) > 0 && err.Code != protocol.CodeKeyReused {
			t.Fatalf("another request gets %v", err)
		}
		if answer != nil && json.Valid(answer) {
			if again, _ := key.Replay(key.Memo(answer, nil, 1).Value); !sameJSON(answer, again) {
				t.Fatalf("%q became %q", answer, again)
			}
		}
		if m := key.Memo(nil, refusal, 0); refusal != nil && m != nil {
			if _, again := key.Replay(m.Value); cmp.Diff(refusal, again) != "" {
				t.Fatalf("%+v became %+v", refusal, again)
			}
		}
	})
}

// sameJSON passes over blanks and escapes, which encoding/json makes its own.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) == nil && cmp.Equal(x, y)
}
