package watch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
)

const (
	// connecting is how many screens connect at a time: more would only fill the server's accept
	// queue.
	connecting = 128
	// shards spread the recorders of screens, see report.Histogram.Merge.
	shards = 8
)

// Screens are the screens of a run. One goroutine owns them; counters are read by any.
type Screens struct {
	*Sessions
	// Lost is called with the reason when a screen loses its connection; nil for nothing.
	Lost func(error)
	// Watching is how many are subscribed now. Reconnects counts lost connections, Draining
	// how often a screen was told server.draining, GoingAway how many were closed with 1001.
	Watching, Reconnects, Draining, GoingAway atomic.Int64

	latency [shards]report.Histogram
	all     []*screen
	// counted is how many of all Connect has connected.
	counted int
	group   sync.WaitGroup
	cancel  context.CancelFunc
	running context.Context
}

// Screens makes an empty set of screens. Lost may be set before Connect. Close them.
func (s *Sessions) Screens(ctx context.Context) *Screens {
	a := &Screens{Sessions: s}
	a.running, a.cancel = context.WithCancel(ctx)
	return a
}

func (a *Screens) add(name string, session int, mode protocol.Mode) *screen {
	c := &screen{Screens: a, name: name, session: session, mode: mode, latency: &a.latency[len(a.all)%shards], up: func() {}}
	c.check = oracle.NewScreenCheck(name, a.Events[session], &a.Findings)
	a.all = append(a.all, c)
	return c
}

func (a *Screens) start(c *screen) {
	a.group.Go(func() { c.run(a.running) }) // ends with Close
}

// WatchRest adds a screen for each session that has none, which reads from the first event, and
// returns how many. Deliveries does not count them.
func (a *Screens) WatchRest() (n int) {
	for i := len(a.all); i < len(a.IDs); i++ {
		a.start(a.add(fmt.Sprintf("audit of session %d", a.IDs[i]), i, protocol.ModeEvents))
		n++
	}
	return n
}

// Connect connects n screens, to the sessions in turn, and waits until all are subscribed. In
// tally mode each session gets a reference screen, whose events tallies are checked against.
func (a *Screens) Connect(ctx context.Context, n int, mode protocol.Mode) error {
	for i := range n {
		a.add(fmt.Sprintf("screen %d", i), i%len(a.IDs), mode)
	}
	if mode == protocol.ModeTally && n > 0 {
		for i := range a.IDs {
			a.add(fmt.Sprintf("reference screen %d", i), i, protocol.ModeEvents)
		}
	}
	a.counted = len(a.all)
	up := make(chan struct{}, len(a.all))
	slots := make(chan struct{}, connecting)
	for _, c := range a.all {
		c.up = sync.OnceFunc(func() { up <- struct{}{}; <-slots })
		slots <- struct{}{}
		a.start(c)
	}
	for n := range a.all {
		select {
		case <-up:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d screens are subscribed: %w", n, len(a.all), ctx.Err())
		}
	}
	return nil
}

// Close disconnects all screens and waits for them.
func (a *Screens) Close() {
	a.cancel()
	a.group.Wait()
}

// Churn cuts the connections of so many screens a second until ctx ends.
func (a *Screens) Churn(ctx context.Context, rate float64) {
	if rate <= 0 || len(a.all) == 0 {
		return
	}
	a.group.Go(func() { // ends with ctx
		for report.Wait(ctx, time.Duration(float64(time.Second)/rate)) == nil {
			a.all[rand.IntN(len(a.all))].cut()
		}
	})
}

// Count is how many screens Connect has connected.
func (a *Screens) Count() int { return a.counted }

// Deliveries is how many events and tallies the screens of Connect got.
func (a *Screens) Deliveries() (n uint64) {
	for _, c := range a.all[:a.counted] {
		n += c.check.Seen() + c.tallied.Load()
	}
	return n
}

// Latency is from when votes were due until screens saw them.
func (a *Screens) Latency() report.Summary {
	var all report.Histogram
	for i := range a.latency {
		all.Merge(&a.latency[i])
	}
	return all.Summary()
}

// CatchUp waits until every screen has seen its session up to the head; it is a finding when one
// has not in time.
func (a *Screens) CatchUp(ctx context.Context, within time.Duration, heads []protocol.Seq) {
	for _, c := range a.all {
		if !report.Until(ctx, within, lookAgain, func() bool { return c.last() >= heads[c.session] }) {
			a.Findings.Add("%s: stopped at seq %d of %d", c.name, c.last(), heads[c.session])
		}
	}
}

// Replay reads every session from its first event to its newest, as a new screen does, and returns
// the heads. It is an error when one does not get there.
func (s *Sessions) Replay(ctx context.Context, within time.Duration) ([]protocol.Seq, error) {
	a := s.Screens(ctx)
	defer a.Close()
	heads := make([]protocol.Seq, len(s.IDs))
	for i, id := range s.IDs {
		var err error
		if heads[i], err = s.Client.LatestSeq(ctx, id); err != nil {
			return nil, err
		}
		c := a.add(fmt.Sprintf("replay of session %d", id), i, protocol.ModeEvents)
		a.start(c)
		if !report.Until(ctx, within, lookAgain, func() bool { return c.last() >= heads[i] }) {
			return nil, fmt.Errorf("the replay of session %d hangs at seq %d of %d: %w", id, c.last(), heads[i], ctx.Err())
		}
	}
	return heads, nil
}
