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
				done = append(done, Send(h.Journal, persistence.Append{Stream: stream, Expected: expected, Records: Payloads(stream, expected, n)}))
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

// competing lets writers compete for one stream: each append holds one writer's records
// alone, whole, and every loser gets a conflict.
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
				o := <-Send(h.Journal, persistence.Append{Stream: "a", Expected: last, Records: Payloads("a", last, records)})
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

// trimWhileBusy has two trimmers and two readers beside a writer. What a reader sees
// of a stream has no gap, and never begins before a trim that had ended.
func trimWhileBusy(t *testing.T, h Harness) {
	n := persistence.Seq(300)
	if testing.Short() {
		n = 100
	}
	j := h.Journal
	var busy sync.WaitGroup
	written := make(chan struct{})
	busy.Go(func() {
		defer close(written)
		for i := range n {
			if o := <-Send(j, persistence.Append{Stream: "a", Expected: 3 * i, Records: Payloads("a", 3*i, 3)}); o.Err != nil {
				t.Error(o.Err)
				return
			}
		}
	})
	for range 2 {
		busy.Go(func() { trimBehind(t, j, written) })
		busy.Go(func() { readBehind(t, j, written) })
	}
	busy.Wait()
	trim(t, j, "a", 3*n-1)
	if got := list(t, j.Read(t.Context(), "a", 0)); len(got) != 1 || got[0].Seq != 3*n {
		t.Fatalf("%v, want record %d alone", got, 3*n)
	}
	if got := list(t, j.ReadAll(t.Context(), 0)); len(got) != 1 {
		t.Fatalf("%v in the global order, want one record", got)
	}
}

// trimBehind keeps some records behind the end of the stream until all is written.
func trimBehind(t *testing.T, j persistence.Journal, written <-chan struct{}) {
	for !over(written) && !t.Failed() {
		through := lastOf(t, j, "a")
		through -= min(through, 7)
		if err := j.Trim(t.Context(), "a", through); err != nil {
			t.Error(err)
			return
		}
		for r, err := range j.Read(t.Context(), "a", 0) {
			if err != nil || r.Seq <= through {
				t.Errorf("trimmed through %d: read %d, %v", through, r.Seq, err)
			}
			break
		}
	}
}

func readBehind(t *testing.T, j persistence.Journal, written <-chan struct{}) {
	for !over(written) && !t.Failed() {
		for name, records := range map[string]func(func(persistence.Record, error) bool){
			"read": j.Read(t.Context(), "a", 0), "back": j.ReadBack(t.Context(), "a", 0), "all": j.ReadAll(t.Context(), 0),
		} {
			for r, err := range records {
				if err != nil || string(r.Data) != Payload("a", r.Seq) {
					t.Errorf("%s: record %d holds %q, %v", name, r.Seq, r.Data, err)
					return
				}
			}
		}
	}
}

func over(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
