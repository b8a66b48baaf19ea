package badger_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestNothingIsWrittenAfterAFailedWriteUntilReopened: whatever wrote,
// what follows it would be acknowledged on top of pages that the operating system may
// have thrown away.
func TestNothingIsWrittenAfterAFailedWriteUntilReopened(t *testing.T) {
	for name, write := range map[string]func(*badger.Journal) error{
		"append": func(j *badger.Journal) error {
			return outcome(t, send(j, persistence.Append{Stream: "a", Expected: 2, Records: payloads("a", 2, 1)})).Err
		},
		"large record": func(j *badger.Journal) error {
			return outcome(t, send(j, persistence.Append{Stream: "a", Expected: 2, Records: [][]byte{make([]byte, 600<<10)}})).Err
		},
		"snapshot": func(j *badger.Journal) error {
			return j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "a", Seq: 2, Data: []byte("x")})
		},
		"trim": func(j *badger.Journal) error { return j.Trim(t.Context(), "a", 1) },
	} {
		t.Run(name, func(t *testing.T) { afterAFailedWrite(t, write) })
	}
}

func afterAFailedWrite(t *testing.T, fail func(*badger.Journal) error) {
	var sick atomic.Bool
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, Sync: func() error {
		if sick.Load() {
			return errors.New("input/output error")
		}
		return nil
	}})
	write(t, j, "a", 0, 2)
	sick.Store(true)
	if err := fail(j); !errors.Is(err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", err)
	}
	sick.Store(false) // the disk says that it is well
	for what, err := range map[string]error{
		"append":   outcome(t, send(j, persistence.Append{Stream: "b", Records: payloads("b", 0, 1)})).Err,
		"memo":     outcome(t, send(j, persistence.Append{Stream: "b", Memo: &persistence.Memo{Key: "k", TTL: time.Hour}})).Err,
		"snapshot": j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "b", Data: []byte("x")}),
		"trim":     j.Trim(t.Context(), "a", 2),
		"health":   j.Health(),
	} {
		if !errors.Is(err, persistence.ErrUnavailable) {
			t.Errorf("%s after it: %v, want unavailable", what, err)
		}
	}
	if got := len(contents(t, j)); got < 1 {
		t.Errorf("%d records can be read", got)
	}
	closeJournal(t, j)
	again := open(t, badger.Options{Dir: dir})
	if err := again.Health(); err != nil {
		t.Errorf("health %v after the folder was opened again", err)
	}
	write(t, again, "b", 0, 1)
	verified(t, again)
}
