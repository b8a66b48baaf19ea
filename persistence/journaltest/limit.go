package journaltest

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/persistence"
)

// largest writes appends at every limit, several at once so that they cannot share
// a commit.
func largest(t *testing.T, h Harness) {
	big := bytes.Repeat([]byte("0123456789abcdef"), persistence.MaxAppendBytes/16)
	many := make([][]byte, persistence.MaxAppendRecords)
	for i := range many {
		many[i] = big[:persistence.MaxAppendBytes/persistence.MaxAppendRecords]
	}
	memo := &persistence.Memo{Key: strings.Repeat("k", persistence.MaxMemoKey), Value: big[:persistence.MaxMemoBytes], TTL: time.Hour}
	name := strings.Repeat("n", persistence.MaxStreamName)
	done := []<-chan persistence.Outcome{
		Send(h.Journal, persistence.Append{Stream: name, Records: [][]byte{big}, Memo: memo}),
		Send(h.Journal, persistence.Append{Stream: name, Expected: 1, Records: many}),
		Send(h.Journal, persistence.Append{Stream: name, Expected: 1 + persistence.MaxAppendRecords, Records: [][]byte{big}}),
		Send(h.Journal, persistence.Append{Stream: "other", Records: many, Memo: memo}),
	}
	for i, d := range done {
		if o := Wait(t, d); o.Err != nil {
			t.Fatalf("append %d: %v", i, o.Err)
		}
	}
	var bytesRead int
	for r, err := range h.Journal.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		bytesRead += len(r.Data)
	}
	if bytesRead != 4*persistence.MaxAppendBytes {
		t.Fatalf("%d bytes read, want %d", bytesRead, 4*persistence.MaxAppendBytes)
	}
}

func tooLarge(t *testing.T, h Harness) {
	long := make([]byte, persistence.MaxRecordBytes+1)
	for name, a := range map[string]persistence.Append{
		"one record":   {Records: [][]byte{long}},
		"two records":  {Records: [][]byte{long[:1<<18], long[:1<<18+1]}},
		"one of them":  {Records: [][]byte{nil, long[:persistence.MaxAppendBytes+1]}},
		"many records": {Records: make([][]byte, persistence.MaxAppendRecords+1)},
		"memo":         {Memo: &persistence.Memo{Key: "k", Value: long[:persistence.MaxMemoBytes+1], TTL: time.Hour}},
	} {
		a.Stream = "a"
		if o := Wait(t, Send(h.Journal, a)); !errors.Is(o.Err, persistence.ErrTooLarge) {
			t.Errorf("%s: %v, want too large", name, o.Err)
		}
	}
	if o := Write(t, h.Journal, "a", 0, 1); o.Position != 1 {
		t.Fatalf("first record at %d: a refused append left something", o.Position)
	}
}

func badNames(t *testing.T, h Harness) {
	Write(t, h.Journal, "session/1", 0, 1)
	for _, name := range []string{"", "session/1\x00x", "two words", "tab\t", "umlaut-ü", strings.Repeat("n", persistence.MaxStreamName+1)} {
		o := Wait(t, Send(h.Journal, persistence.Append{Stream: name, Records: [][]byte{[]byte("x")}}))
		if !errors.Is(o.Err, persistence.ErrInvalid) {
			t.Errorf("append to %q: %v, want invalid", name, o.Err)
		}
		if err := h.Journal.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: name}); !errors.Is(err, persistence.ErrInvalid) {
			t.Errorf("snapshot of %q: %v, want invalid", name, err)
		}
	}
	for name, memo := range map[string]persistence.Memo{
		"no key":     {TTL: time.Hour},
		"long key":   {Key: strings.Repeat("k", persistence.MaxMemoKey+1), TTL: time.Hour},
		"short life": {Key: "k", TTL: time.Second - 1},
	} {
		if o := Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Memo: &memo})); !errors.Is(o.Err, persistence.ErrInvalid) {
			t.Errorf("memo with %s: %v, want invalid", name, o.Err)
		}
	}
	if h.Journal.Head() != 1 {
		t.Fatalf("head %d after refusals, want 1", h.Journal.Head())
	}
}
