package badger_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

func TestBelowTheReserveNothingIsWritten(t *testing.T) {
	var free atomic.Uint64
	free.Store(1000)
	j := open(t, badger.Options{Dir: t.TempDir(), ReserveBytes: 1000,
		Free: func(string) (uint64, error) { return free.Load(), nil }})
	write(t, j, "a", 0, 1)
	free.Store(999)
	for name, err := range map[string]error{
		"append":   outcome(t, send(j, persistence.Append{Stream: "a", Expected: 1, Records: payloads("a", 1, 1)})).Err,
		"memo":     outcome(t, send(j, persistence.Append{Stream: "a", Expected: 1, Memo: &persistence.Memo{Key: "k", TTL: time.Hour}})).Err,
		"snapshot": j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "a", Data: []byte("x")}),
		"table":    j.UpdateTable(t.Context(), "a", []persistence.TableEntry{{Key: []byte("k"), Value: []byte("v")}}),
		"trim":     j.Trim(t.Context(), "a", 1),
		"health":   j.Health(),
	} {
		if !errors.Is(err, persistence.ErrUnavailable) {
			t.Errorf("%s: %v, want unavailable", name, err)
		}
	}
	if got := len(contents(t, j)); got != 1 {
		t.Errorf("%d records can be read, want 1", got)
	}
	free.Store(1000)
	if err := j.Health(); err != nil {
		t.Errorf("health %v with room again", err)
	}
	write(t, j, "a", 1, 1)
	verified(t, j)
}

func TestUnknownFreeSpaceRefusesWrites(t *testing.T) {
	var sick atomic.Bool
	j := open(t, badger.Options{Dir: t.TempDir(), ReserveBytes: 1000, Free: func(string) (uint64, error) {
		if sick.Load() {
			return 0, errors.New("stale handle")
		}
		return 1500, nil
	}})
	sick.Store(true)
	o := outcome(t, send(j, persistence.Append{Stream: "a", Records: payloads("a", 0, 1)}))
	if !errors.Is(o.Err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", o.Err)
	}
	sick.Store(false)
	write(t, j, "a", 0, 1)
}

// TestPlentyOfFreeSpaceIsQueriedSeldom counts the looks: one in a tenth of a second with
// twice the reserve free, one for every commit with less.
func TestPlentyOfFreeSpaceIsQueriedSeldom(t *testing.T) {
	for _, c := range []struct {
		free uint64
		want int64
	}{{2000, 2}, {1999, 21}} {
		synctest.Test(t, func(t *testing.T) {
			var looks atomic.Int64
			j := open(t, badger.Options{Dir: t.TempDir(), ReserveBytes: 1000, Free: func(string) (uint64, error) {
				looks.Add(1)
				return c.free, nil
			}})
			for i := range persistence.Seq(20) {
				write(t, j, "a", i, 1)
			}
			time.Sleep(150 * time.Millisecond)
			write(t, j, "a", 20, 1)
			if got := looks.Load(); got != c.want {
				t.Errorf("%d free: %d looks, want %d", c.free, got, c.want)
			}
			j.Close()
		})
	}
}

func TestOperatingSystemReportsFreeSpace(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir(), ReserveBytes: 1 << 60})
	if err := j.Health(); !errors.Is(err, persistence.ErrUnavailable) {
		t.Fatalf("health %v with an exbibyte in reserve", err)
	}
}

// TestHealthDoesNotWaitForAHangingDisk: the disk does not even say how full it is.
func TestHealthDoesNotWaitForAHangingDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		var hangs atomic.Bool
		j := open(t, badger.Options{Dir: t.TempDir(), ReserveBytes: 1000, Free: func(string) (uint64, error) {
			if hangs.Load() {
				<-held
			}
			return 1500, nil
		}})
		hangs.Store(true)
		first := make(chan error)
		go func() { first <- j.Health() }()
		synctest.Wait()
		if err := j.Health(); err != nil { // or the bubble has a deadlock
			t.Error(err)
		}
		done := send(j, persistence.Append{Stream: "a", Records: payloads("a", 0, 1)})
		synctest.Wait()
		close(held)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if o := <-done; o.Err != nil {
			t.Error(o.Err)
		}
		j.Close()
	})
}
