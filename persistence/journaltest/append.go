package journaltest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/persistence"
)

func numbers(t *testing.T, h Harness) {
	j := h.Journal
	if j.Head() != 0 || lastOf(t, j, "a") != 0 {
		t.Fatalf("empty journal: head %d, last %d", j.Head(), lastOf(t, j, "a"))
	}
	var last persistence.Seq
	for _, n := range []int{1, 5, 2} {
		o := Write(t, j, "a", last, n)
		if last += persistence.Seq(n); o.Last != last {
			t.Fatalf("outcome says %d, want %d", o.Last, last)
		}
	}
	if got := lastOf(t, j, "a"); got != 8 {
		t.Fatalf("last %d, want 8", got)
	}
	for i, r := range list(t, j.Read(t.Context(), "a", 0)) {
		if r.Seq != persistence.Seq(i+1) || r.Stream != "a" {
			t.Fatalf("record %d: %+v", i, r)
		}
	}
}

func positions(t *testing.T, h Harness) {
	j := h.Journal
	last := sample(t, j)
	var total persistence.Position
	for _, n := range last {
		total += persistence.Position(n)
	}
	if j.Head() != total {
		t.Fatalf("head %d, want %d", j.Head(), total)
	}
	next := map[string]persistence.Seq{}
	all := list(t, j.ReadAll(t.Context(), 0))
	for i, r := range all {
		next[r.Stream]++
		if r.Position != persistence.Position(i+1) || r.Seq != next[r.Stream] {
			t.Fatalf("record %d: %+v, want sequence %d", i, r, next[r.Stream])
		}
	}
	if len(all) != int(total) {
		t.Fatalf("%d records in the global order, want %d", len(all), total)
	}
	if o := Write(t, j, "late", 0, 3); o.Position != total+3 {
		t.Fatalf("position of the last record %d, want %d", o.Position, total+3)
	}
}

func times(t *testing.T, h Harness) {
	begun := time.Now().Add(-time.Millisecond)
	sample(t, h.Journal)
	ended := time.Now()
	before := begun
	for _, r := range list(t, h.Journal.ReadAll(t.Context(), 0)) {
		if r.Time.Before(before.Truncate(time.Millisecond)) || r.Time.After(ended) {
			t.Fatalf("record at %s, want between %s and %s", r.Time, before, ended)
		}
		if r.Time.Location() != time.UTC || r.Time != r.Time.Truncate(time.Millisecond) {
			t.Fatalf("time %s: want whole milliseconds in UTC", r.Time)
		}
		before = r.Time
	}
}

func conflicts(t *testing.T, h Harness) {
	Write(t, h.Journal, "a", 0, 3)
	for _, expected := range []persistence.Seq{0, 2, 4, 1000} {
		o := Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Expected: expected, Records: Payloads("a", expected, 1)}))
		if !errors.Is(o.Err, persistence.ErrConflict) {
			t.Errorf("behind %d: %v, want a conflict", expected, o.Err)
		}
		if o.Err != nil && !strings.Contains(o.Err.Error(), "a") {
			t.Errorf("error does not name the stream: %v", o.Err)
		}
	}
	if got := lastOf(t, h.Journal, "a"); got != 3 {
		t.Fatalf("last %d after conflicts, want 3", got)
	}
	Write(t, h.Journal, "a", 3, 1)
}

// conflictAlone queues all at once, so that they meet in one commit where the
// journal batches.
func conflictAlone(t *testing.T, h Harness) {
	type attempt struct {
		stream   string
		expected persistence.Seq
		conflict bool
	}
	attempts := []attempt{
		{"a", 0, false}, {"b", 0, false}, {"a", 7, true}, {"a", 8, true},
		{"a", 1, false}, {"b", 1, false}, {"b", 1, true}, {"a", 2, false},
	}
	var done []<-chan persistence.Outcome
	for _, a := range attempts {
		done = append(done, Send(h.Journal, persistence.Append{Stream: a.stream, Expected: a.expected, Records: Payloads(a.stream, a.expected, 1)}))
	}
	for i, a := range attempts {
		if o := Wait(t, done[i]); errors.Is(o.Err, persistence.ErrConflict) != a.conflict {
			t.Errorf("attempt %d %+v: %v", i, a, o.Err)
		}
	}
	if a, b := lastOf(t, h.Journal, "a"), lastOf(t, h.Journal, "b"); a != 3 || b != 2 {
		t.Fatalf("last %d and %d, want 3 and 2", a, b)
	}
	list(t, h.Journal.ReadAll(t.Context(), 0))
}

func pipeline(t *testing.T, h Harness) {
	const n = 500
	var done []<-chan persistence.Outcome
	for i := range persistence.Seq(n) {
		done = append(done, Send(h.Journal, persistence.Append{Stream: "a", Expected: i, Records: Payloads("a", i, 1)}))
	}
	for i, d := range done {
		if o := Wait(t, d); o.Err != nil || o.Last != persistence.Seq(i+1) || o.Position != persistence.Position(i+1) {
			t.Fatalf("append %d: %+v", i, o)
		}
	}
	if got := len(list(t, h.Journal.Read(t.Context(), "a", 0))); got != n {
		t.Fatalf("%d records, want %d", got, n)
	}
}

func fence(t *testing.T, h Harness) {
	Write(t, h.Journal, "b", 0, 4)
	Write(t, h.Journal, "a", 0, 2)
	o := Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Expected: 2}))
	if o.Err != nil || o.Last != 2 || o.Position != 6 {
		t.Fatalf("fence: %+v, want last 2 at the head 6", o)
	}
	o = Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Expected: 1}))
	if !errors.Is(o.Err, persistence.ErrConflict) {
		t.Fatalf("stale fence: %v", o.Err)
	}
}

func emptyRecords(t *testing.T, h Harness) {
	o := Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Records: [][]byte{nil, {}, []byte("x")}}))
	if o.Err != nil || o.Last != 3 {
		t.Fatalf("%+v", o)
	}
	var sizes []int
	for r, err := range h.Journal.Read(t.Context(), "a", 0) {
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(r.Data))
	}
	if len(sizes) != 3 || sizes[0] != 0 || sizes[1] != 0 || sizes[2] != 1 {
		t.Fatalf("sizes %v, want 0 0 1", sizes)
	}
}

func outcomesInOrder(t *testing.T, h Harness) {
	const n = 300
	var order []int
	finished := make(chan struct{})
	for i := range n {
		expected := persistence.Seq(i)
		if i%7 == 6 {
			expected = 9999
		} else {
			expected -= persistence.Seq((i + 1) / 7)
		}
		h.Journal.Append(persistence.Append{Stream: "a", Expected: expected, Records: Payloads("a", expected, 1),
			Done: func(o persistence.Outcome) {
				if errors.Is(o.Err, persistence.ErrConflict) != (i%7 == 6) {
					t.Errorf("append %d: %v", i, o.Err)
				}
				order = append(order, i)
				if len(order) == n {
					close(finished)
				}
			}})
	}
	select {
	case <-finished:
	case <-time.After(outcomeTimeout):
		t.Fatal("outcomes are missing")
	}
	h.Journal.Close()
	for i, got := range order {
		if got != i {
			t.Fatalf("outcome %d came at place %d", got, i)
		}
	}
	if len(order) != n {
		t.Fatalf("%d outcomes for %d appends", len(order), n)
	}
}

func panickingCallback(t *testing.T, h Harness) {
	h.Journal.Append(persistence.Append{Stream: "a", Records: Payloads("a", 0, 1), Done: func(persistence.Outcome) { panic("callback") }})
	cancel := h.Journal.Watch(func(persistence.Position) { panic("watcher") })
	defer cancel()
	Write(t, h.Journal, "a", 1, 1)
	Write(t, h.Journal, "a", 2, 1)
}
