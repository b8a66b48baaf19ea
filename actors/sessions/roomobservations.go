package sessions

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/rs/zerolog"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/runtime"
)

// Observer looks into the rooms that games are played in. It is called from many goroutines,
// once at a time for each check.
type Observer interface {
	// Observe observes a room and calls tell with the result: as soon as it can, with each
	// change, and now and then without one. It returns nil when it has told of the room's end,
	// and an error when it can observe no more; then it is called again after a pause. It
	// returns soon after ctx ends, and leaves nothing open.
	Observe(ctx context.Context, roomCode string, tell func(session.Observation)) error
}

// observations runs observations: one goroutine each, ended by the end of the room, by
// observation.stop, or by close.
type observations struct {
	observer Observer
	log      zerolog.Logger
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	counters *ledger.Counters
}

func newObservations(o Observer, log zerolog.Logger, c *ledger.Counters) *observations {
	l := &observations{observer: o, log: log, counters: c}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// observation is one call of the observer. After stop its callbacks are not called.
type observation struct {
	mu      sync.Mutex
	stopped bool
	cancel  context.CancelFunc
}

// start observes a room. tell and ended are called from another goroutine; ended once, as the
// last.
func (l *observations) start(room string, tell func(session.Observation), ended func(error)) *observation {
	ctx, cancel := context.WithCancel(l.ctx)
	o := &observation{cancel: cancel}
	l.counters.RoomMonitors.Add(1)
	l.running.Go(func() {
		defer cancel()
		defer l.counters.RoomMonitors.Add(-1)
		err := l.run(ctx, room, func(seen session.Observation) { o.unlessStopped(func() { tell(seen) }) })
		o.unlessStopped(func() { ended(err) })
	})
	return o
}

// run calls the observer and turns a panic into an error.
func (l *observations) run(ctx context.Context, room string, tell func(session.Observation)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			l.log.Error().Interface("panic", r).Str("room", room).Bytes("stack", debug.Stack()).Msg("observer panicked")
			err = fmt.Errorf("observer panicked: %v", r)
		}
	}()
	return l.observer.Observe(ctx, room, tell)
}

// close ends all observations and returns when they have ended, or with ctx.
func (l *observations) close(ctx context.Context) {
	l.cancel()
	runtime.WaitFor(ctx, &l.running)
}

func (o *observation) unlessStopped(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.stopped {
		f()
	}
}

// stop ends the observation. None of its callbacks is called afterwards.
func (o *observation) stop() {
	o.cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopped = true
}
