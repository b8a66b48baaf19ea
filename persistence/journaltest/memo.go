package journaltest

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/committer"
)

func memos(t *testing.T, h Harness) {
	j := h.Journal
	keep := func(stream string, expected persistence.Seq, n int, m persistence.Memo) {
		t.Helper()
		o := Wait(t, Send(j, persistence.Append{Stream: stream, Expected: expected, Records: Payloads(stream, expected, n), Memo: &m}))
		if o.Err != nil || o.Last != expected+persistence.Seq(n) {
			t.Fatalf("memo %s: %+v", m.Key, o)
		}
	}
	keep("a", 0, 2, persistence.Memo{Key: "with records", Value: []byte("one"), TTL: time.Hour})
	keep("a", 2, 0, persistence.Memo{Key: "alone", Value: []byte("two"), TTL: time.Hour})
	keep("b", 0, 0, persistence.Memo{Key: "stream not there", TTL: time.Hour})
	for key, want := range map[string]string{"with records": "one", "alone": "two", "stream not there": ""} {
		wantMemo(t, j, key, want, true)
	}
	wantMemo(t, j, "with", "", false)
	wantMemo(t, j, "unknown", "", false)
	if j.Head() != 2 {
		t.Fatalf("head %d: memos are not records", j.Head())
	}
}

func memoWithConflict(t *testing.T, h Harness) {
	Write(t, h.Journal, "a", 0, 1)
	o := Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Records: Payloads("a", 0, 1),
		Memo: &persistence.Memo{Key: "k", Value: []byte("v"), TTL: time.Hour}}))
	if !errors.Is(o.Err, persistence.ErrConflict) {
		t.Fatalf("%v, want a conflict", o.Err)
	}
	wantMemo(t, h.Journal, "k", "", false)
}

func memoReplaced(t *testing.T, h Harness) {
	var done []<-chan persistence.Outcome
	for _, v := range []string{"one", "two", "three"} {
		done = append(done, Send(h.Journal, persistence.Append{Stream: "a", Memo: &persistence.Memo{Key: "k", Value: []byte(v), TTL: time.Hour}}))
	}
	for _, d := range done {
		if o := Wait(t, d); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	wantMemo(t, h.Journal, "k", "three", true)
}

// memosExpire runs in a bubble, where an hour takes no time.
func memosExpire(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, committer.Faults{}).Journal
		defer j.Close()
		for key, ttl := range map[string]time.Duration{"short": time.Second, "odd": 1500 * time.Millisecond, "long": time.Hour} {
			o := <-Send(j, persistence.Append{Stream: "a", Memo: &persistence.Memo{Key: key, Value: []byte(key), TTL: ttl}})
			if o.Err != nil {
				t.Fatal(o.Err)
			}
		}
		for _, step := range []struct {
			wait             time.Duration
			short, odd, long bool
		}{
			{999 * time.Millisecond, true, true, true},
			{time.Millisecond, false, true, true},
			{499 * time.Millisecond, false, true, true},
			{time.Millisecond, false, false, true},
			{time.Hour - 1501*time.Millisecond, false, false, true},
			{time.Millisecond, false, false, false},
		} {
			time.Sleep(step.wait)
			for key, want := range map[string]bool{"short": step.short, "odd": step.odd, "long": step.long} {
				if _, ok, err := j.Memo(t.Context(), key); ok != want || err != nil {
					t.Errorf("%s after another %s: %v, %v; want %v", key, step.wait, ok, err, want)
				}
			}
		}
	})
}

func wantMemo(t testing.TB, j persistence.Journal, key, value string, ok bool) {
	t.Helper()
	got, found, err := j.Memo(t.Context(), key)
	if err != nil || found != ok || string(got) != value {
		t.Errorf("memo %q: %q, %v, %v; want %q, %v", key, got, found, err, value, ok)
	}
}
