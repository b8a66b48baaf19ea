package actors_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"partyline/actors"
	"partyline/persistence"
	"partyline/protocol"
)

// What is running in a session goes on through idle hours and restarts.

// busySession is one session among others in which a check is running.
func busySession(t *testing.T) (e *fixture, others int) {
	t.Helper()
	e = newFixture(t)
	e.stop()
	e.hub = e.startWith(actors.Options{Journal: e.journal})
	code := "QUIP"
	play := do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: e.session, GameID: 2, RoomCode: &code})
	do[protocol.PlayerCheck](t, e.hub, protocol.StartPlayerCheck{ID: e.session, GameID: play.ID})
	for others = range 5 {
		do[protocol.Session](t, e.hub, protocol.CreateSession{})
	}
	return e, others + 1
}

// measured starts a hub anew and counts the sessions that are awake.
func (e *fixture) measured(o actors.Options) (awake func() int64) {
	e.t.Helper()
	e.stop()
	reader := metric.NewManualReader()
	o.Meter = metric.NewMeterProvider(metric.WithReader(reader)).Meter("")
	if o.Journal == nil {
		o.Journal = e.journal
	}
	e.hub = e.startWith(o)
	return func() int64 {
		e.t.Helper()
		synctest.Wait()
		return gauge(e.t, reader, "partyline.actors.sessions")
	}
}

func gauge(t *testing.T, r *metric.ManualReader, name string) int64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := r.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name == name {
				return m.Data.(metricdata.Gauge[int64]).DataPoints[0].Value
			}
		}
	}
	t.Fatal("there is no gauge", name)
	return 0
}

func TestStartWakesSessionsWithWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, others := busySession(t)
		awake := e.measured(actors.Options{})
		if n := awake(); n != int64(1+others) {
			t.Errorf("%d of %d active sessions were woken", n, 1+others)
		}
		time.Sleep(2 * time.Second)
		if n := awake(); n != 1 {
			t.Errorf("%d awake after a sweep, want the one in which something is running", n)
		}
		time.Sleep(2 * time.Hour)
		if n := awake(); n != 1 {
			t.Errorf("%d awake after hours", n)
		}
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
		time.Sleep(time.Hour)
		if n := awake(); n != 0 {
			t.Errorf("%d awake after the end", n)
		}
	})
}

// slow takes its time to read a session, and remembers the order.
type slow struct {
	persistence.Journal
	mu           sync.Mutex
	reading, top int
	order        []string
	sick         bool
}

func (s *slow) LoadSnapshot(ctx context.Context, stream string) (persistence.Snapshot, bool, error) {
	if _, ok := sessionIn(stream); !ok {
		return s.Journal.LoadSnapshot(ctx, stream)
	}
	s.mu.Lock()
	s.order = append(s.order, stream)
	s.reading++
	s.top = max(s.top, s.reading)
	sick := s.sick
	s.mu.Unlock()
	time.Sleep(time.Second)
	s.mu.Lock()
	s.reading--
	s.mu.Unlock()
	if sick {
		return persistence.Snapshot{}, false, errors.New("sick")
	}
	return s.Journal.LoadSnapshot(ctx, stream)
}

func sessionIn(stream string) (string, bool) {
	const prefix = "session/"
	return stream, len(stream) > len(prefix) && stream[:len(prefix)] == prefix
}

func TestWarmupDelaysNeitherStartNorRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := busySession(t)
		e.stop()
		j := &slow{Journal: e.journal}
		begun := time.Now()
		e.hub = e.startWith(actors.Options{Journal: j})
		if took := time.Since(begun); took != 0 {
			t.Errorf("the start took %v", took)
		}
		if _, err := e.hub.State(t.Context(), 1); err != nil || time.Since(begun) > 2*time.Second {
			t.Errorf("somebody who asks waited %v: %v", time.Since(begun), err)
		}
		time.Sleep(time.Minute)
		j.mu.Lock()
		defer j.mu.Unlock()
		// Session 1 was asked for beside the two that are read at a time.
		if j.top > 3 {
			t.Errorf("%d were read at once", j.top)
		}
		newest := slices.DeleteFunc(slices.Clone(j.order), func(s string) bool { return s == "session/1" })
		if want := []string{"session/6", "session/5", "session/4", "session/3", "session/2"}; !sameOrder(newest, want) {
			t.Errorf("woken in the order %v", newest)
		}
	})
}

// sameOrder allows that the two that are read at once come in either order.
func sameOrder(got, want []string) bool {
	if len(got) != len(want) {
		return false
	}
	for i, s := range want {
		if at := slices.Index(got, s); at < i-1 || at > i+1 {
			return false
		}
	}
	return true
}

func TestFailingJournalDuringWarmup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := busySession(t)
		j := &slow{Journal: e.journal, sick: true}
		awake := e.measured(actors.Options{Journal: j})
		time.Sleep(time.Minute)
		j.mu.Lock()
		j.sick = false
		j.mu.Unlock()
		time.Sleep(time.Hour)
		if n := awake(); n != 1 {
			t.Errorf("%d awake, want the one in which something is running", n)
		}
	})
}

func TestCloseDuringWarmup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := busySession(t)
		e.stop()
		e.hub = e.startWith(actors.Options{Journal: &slow{Journal: e.journal}})
		time.Sleep(1500 * time.Millisecond)
		e.stop() // reports what stays open
		e.hub = e.start()
	})
}
