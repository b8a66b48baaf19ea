package journaltest

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"partyline/persistence"
)

func watch(t *testing.T, h Harness) {
	heads := make(chan persistence.Position, 100)
	cancel := h.Journal.Watch(func(head persistence.Position) { heads <- head })
	other := h.Journal.Watch(func(persistence.Position) {})
	other()
	for i := range persistence.Seq(3) {
		Write(t, h.Journal, "a", i, 1)
		select {
		case head := <-heads:
			if head != persistence.Position(i+1) {
				t.Fatalf("told of head %d, want %d", head, i+1)
			}
		case <-time.After(outcomeTimeout):
			t.Fatal("the watcher was not told")
		}
	}
	Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Expected: 99, Records: Payloads("a", 99, 1)}))
	Wait(t, Send(h.Journal, persistence.Append{Stream: "a", Expected: 3}))
	cancel()
	cancel()
	Write(t, h.Journal, "a", 3, 1)
	h.Journal.Close()
	if len(heads) != 0 {
		t.Fatalf("told of head %d, which nothing moved or after the watch ended", <-heads)
	}
}

// epochStays: the epoch is valid, that of this journal alone, and stays whatever is
// written and however often the journal is opened.
func epochStays(t *testing.T, h Harness) {
	j := h.Journal
	epoch := j.Epoch()
	if err := epoch.Check(); err != nil || epoch.Adopted {
		t.Fatalf("epoch of a new journal: %+v, %v", epoch, err)
	}
	if _, taken := epochs.LoadOrStore(epoch.ID, true); taken {
		t.Fatalf("another journal has the epoch %s", epoch.ID)
	}
	last := persistence.Seq(0)
	for range 3 {
		last = Write(t, j, "a", last, 2).Last
		if id := j.EpochAt(persistence.Position(last)); id != epoch.ID {
			t.Fatalf("record %d is of the epoch %q, want %q", last, id, epoch.ID)
		}
		if j.Epoch() != epoch {
			t.Fatalf("epoch %+v, want %+v", j.Epoch(), epoch)
		}
		if h.Reopen == nil {
			continue
		}
		if j = h.Reopen(); j.Epoch() != epoch {
			t.Fatalf("epoch %+v after reopening, want %+v", j.Epoch(), epoch)
		}
	}
	j.Close()
}

// epochs are those of all journals that the suite was run on.
var epochs sync.Map

func closeDrains(t *testing.T, h Harness) {
	const n = 200
	var done []<-chan persistence.Outcome
	for i := range persistence.Seq(n) {
		done = append(done, Send(h.Journal, persistence.Append{Stream: "a", Expected: i, Records: Payloads("a", i, 1)}))
	}
	if err := h.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	for i, d := range done {
		select {
		case o := <-d:
			if o.Err != nil {
				t.Fatalf("append %d: %v", i, o.Err)
			}
		default:
			t.Fatalf("append %d was not told before Close returned", i)
		}
	}
	if h.Reopen == nil {
		return
	}
	j := h.Reopen()
	defer j.Close()
	if got := len(list(t, j.Read(t.Context(), "a", 0))); got != n {
		t.Fatalf("%d records after reopening, want %d", got, n)
	}
}

func closed(t *testing.T, h Harness) {
	j := h.Journal
	Write(t, j, "a", 0, 1)
	for range 2 {
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, lastErr := j.Last(t.Context(), "a")
	_, _, memoErr := j.Memo(t.Context(), "k")
	_, _, loadErr := j.LoadSnapshot(t.Context(), "a")
	_, readErr := lastError(j.Read(t.Context(), "a", 0))
	_, backErr := lastError(j.ReadBack(t.Context(), "a", 0))
	_, allErr := lastError(j.ReadAll(t.Context(), 0))
	var streamsErr error
	for _, err := range j.Streams(t.Context(), "") {
		streamsErr = err
	}
	for name, err := range map[string]error{
		"append": Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 1, Records: Payloads("a", 1, 1)})).Err,
		"last":   lastErr, "memo": memoErr, "load": loadErr, "read": readErr, "read back": backErr, "read all": allErr,
		"streams": streamsErr, "health": j.Health(),
		"save": j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "a"}),
	} {
		if !errors.Is(err, persistence.ErrClosed) {
			t.Errorf("%s: %v, want closed", name, err)
		}
	}
}

// closeDuringRead closes from another goroutine between two steps of a read.
func closeDuringRead(t *testing.T, h Harness) {
	Write(t, h.Journal, "a", 0, 10)
	var closing sync.WaitGroup
	n, last := 0, error(nil)
	for _, err := range h.Journal.Read(t.Context(), "a", 0) {
		if last = err; err != nil {
			break
		}
		if n++; n == 3 {
			closing.Go(func() {
				if err := h.Journal.Close(); err != nil {
					t.Error(err)
				}
			})
			untilClosed(t, h.Journal)
		}
	}
	closing.Wait()
	if n != 3 || !errors.Is(last, persistence.ErrClosed) {
		t.Fatalf("%d records, then %v; want 3, then closed", n, last)
	}
}

// untilClosed returns when reads are refused.
func untilClosed(t testing.TB, j persistence.Journal) {
	t.Helper()
	for deadline := time.Now().Add(outcomeTimeout); time.Now().Before(deadline); runtime.Gosched() {
		if _, err := j.Last(t.Context(), "a"); errors.Is(err, persistence.ErrClosed) {
			return
		}
	}
	t.Fatal("the journal does not close")
}

func reopening(t *testing.T, h Harness) {
	if h.Reopen == nil {
		return
	}
	j := h.Journal
	last := sample(t, j)
	save(t, j, persistence.Snapshot{Stream: "session/1", Seq: 5, Version: 2, Data: noise(600 << 10)})
	Wait(t, Send(j, persistence.Append{Stream: "memo", Memo: &persistence.Memo{Key: "k", Value: []byte("v"), TTL: time.Hour}}))
	before := list(t, j.ReadAll(t.Context(), 0))
	for range 3 {
		j = h.Reopen()
		after := list(t, j.ReadAll(t.Context(), 0))
		if len(after) != len(before) || j.Head() != persistence.Position(len(before)) {
			t.Fatalf("%d records, head %d, want %d", len(after), j.Head(), len(before))
		}
		for i := range after {
			if !same(after[i], before[i]) {
				t.Fatalf("%+v became %+v", before[i], after[i])
			}
		}
		wantMemo(t, j, "k", "v", true)
		wantSnapshot(t, j, persistence.Snapshot{Stream: "session/1", Seq: 5, Version: 2, Data: noise(600 << 10)})
		for stream := range last {
			last[stream] = Write(t, j, stream, last[stream], 2).Last
		}
		before = list(t, j.ReadAll(t.Context(), 0))
		checkGlobalOrder(t, j)
	}
	j.Close()
}
