package journaltest

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"partyline/persistence"
)

// unconfirmed fails a sync. Every read must find the journal as it was after the commit
// before: what the disk has not confirmed may be gone after a restart, and its sequences
// and positions given to something else.
func unconfirmed(t *testing.T, h Harness) {
	j := h.Journal
	Write(t, j, "a", 0, 2)
	saved := persistence.Snapshot{Stream: "a", Seq: 1, Data: []byte("saved")}
	if err := j.SaveSnapshot(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	var told atomic.Bool
	defer j.Watch(func(persistence.Position) { told.Store(true) })()
	h.FailSync()
	memo := &persistence.Memo{Key: "k", Value: []byte("v"), TTL: persistence.MinMemoTTL * 100}
	for _, a := range []persistence.Append{
		{Stream: "a", Expected: 2, Records: Payloads("a", 2, 1), Memo: memo},
		{Stream: "a", Expected: 2, Records: Payloads("a", 2, 1)},
		{Stream: "b", Records: Payloads("b", 0, 1)},
	} {
		if o := Wait(t, Send(j, a)); !errors.Is(o.Err, persistence.ErrUnavailable) {
			t.Fatalf("append to %s: %v, want unavailable", a.Stream, o.Err)
		}
	}
	wantConfirmed(t, j)
	if told.Load() {
		t.Error("a watcher was told of what the disk has not confirmed")
	}
	wantMemo(t, j, "k", "", false)
	if err := j.Health(); !errors.Is(err, persistence.ErrUnavailable) {
		t.Errorf("health %v after a sync that failed", err)
	}
	if h.Reopen == nil {
		return
	}
	// What is then found on disk counts, whatever it is.
	j = h.Reopen()
	defer j.Close()
	last := lastOf(t, j, "a")
	if last != 2 && last != 3 {
		t.Errorf("%d records of a after reopening, want 2 or 3", last)
	}
	Write(t, j, "a", last, 1)
	checkGlobalOrder(t, j)
}

// wantConfirmed wants two records, of a.
func wantConfirmed(t *testing.T, j persistence.Journal) {
	t.Helper()
	if head := j.Head(); head != 2 {
		t.Errorf("head %d, want 2", head)
	}
	for stream, want := range map[string]persistence.Seq{"a": 2, "b": 0} {
		if last := lastOf(t, j, stream); last != want {
			t.Errorf("%s ends at %d, want %d", stream, last, want)
		}
		for name, n := range map[string]int{
			"Read":     len(list(t, j.Read(t.Context(), stream, 0))),
			"ReadBack": len(list(t, j.ReadBack(t.Context(), stream, 0))),
		} {
			if n != int(want) {
				t.Errorf("%s of %s yields %d records, want %d", name, stream, n, want)
			}
		}
	}
	if n := len(list(t, j.ReadAll(t.Context(), 0))); n != 2 {
		t.Errorf("ReadAll yields %d records, want 2", n)
	}
	var names []string
	for name, err := range j.Streams(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if !slices.Equal(names, []string{"a"}) {
		t.Errorf("streams %q, want a alone", names)
	}
	s, ok, err := j.LoadSnapshot(t.Context(), "a")
	if err != nil || !ok || s.Seq != 1 {
		t.Errorf("snapshot %+v, %v, %v", s, ok, err)
	}
}
