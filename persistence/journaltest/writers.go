package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"partyline/persistence"
)

// manyWriters lets writers append to streams of their own at once, pipelined.
func manyWriters(t *testing.T, h Harness) {
	const writers, appends = 16, 200
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			stream := fmt.Sprintf("session/%d", w)
			var done []<-chan persistence.Outcome
			var expected persistence.Seq
			for i := range appends {
				n := 1 + i%3
				done = append(done, send(h.Journal, persistence.Append{Stream: stream, Expected: expected, Records: payloads(stream, expected, n)}))
				expected += persistence.Seq(n)
			}
			for i, d := range done {
				if o := <-d; o.Err != nil {
					t.Errorf("%s append %d: %v", stream, i, o.Err)
				}
			}
		})
	}
	all.Wait()
	for w := range writers {
		stream := fmt.Sprintf("session/%d", w)
		records := list(t, h.Journal.Read(t.Context(), stream, 0))
		for i, r := range records {
			if r.Seq != persistence.Seq(i+1) {
				t.Fatalf("%s: record %d at place %d", stream, r.Seq, i)
			}
		}
		if len(records) != int(lastOf(t, h.Journal, stream)) {
			t.Fatalf("%s: %d records, last %d", stream, len(records), lastOf(t, h.Journal, stream))
		}
	}
	checkGlobalOrder(t, h.Journal)
}

// competing lets writers fight for one stream: each append holds one writer's
// records alone, whole, and every loser is told.
func competing(t *testing.T, h Harness) {
	const writers, wins, records = 6, 25, 3
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for won := 0; won < wins; {
				last, err := h.Journal.Last(context.Background(), "a")
				if err != nil {
					t.Error(err)
					return
				}
				o := <-send(h.Journal, persistence.Append{Stream: "a", Expected: last, Records: payloads("a", last, records)})
				switch {
				case o.Err == nil:
					won++
				case !errors.Is(o.Err, persistence.ErrConflict):
					t.Error(o.Err)
					return
				}
			}
		})
	}
	all.Wait()
	if got := len(list(t, h.Journal.Read(t.Context(), "a", 0))); got != writers*wins*records {
		t.Fatalf("%d records, want %d", got, writers*wins*records)
	}
}

func checkGlobalOrder(t testing.TB, j persistence.Journal) {
	t.Helper()
	next := map[string]persistence.Seq{}
	for i, r := range list(t, j.ReadAll(t.Context(), 0)) {
		next[r.Stream]++
		if r.Position != persistence.Position(i+1) || r.Seq != next[r.Stream] {
			t.Fatalf("place %d: %+v, want sequence %d", i, r, next[r.Stream])
		}
	}
	for stream, seq := range next {
		if last := lastOf(t, j, stream); last != seq {
			t.Fatalf("%s ends at %d in the global order, at %d by itself", stream, seq, last)
		}
	}
}
