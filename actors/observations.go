package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/rs/zerolog"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
)

// Observer looks into the rooms that games are played in. It is called from many
// goroutines, once at a time for each check.
type Observer interface {
	// Observe follows a room and tells what it sees: as soon as it can, with each change,
	// and now and then without one. It returns nil when it has told of the end, and an
	// error when it could see nothing more; then it is called again after a pause. It
	// returns soon after ctx ends, and leaves nothing open.
	Observe(ctx context.Context, roomCode string, tell func(session.Observation)) error
}

// lookouts are the observations under way: one goroutine each, ended by the end of the
// room, by recall, or by the end of the hub.
type observations struct {
	observer Observer
	log      zerolog.Logger
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	counters *ledger.Counters
}

func newObservations(o Observer, log zerolog.Logger, g *ledger.Counters) *observations {
	l := &observations{observer: o, log: log, counters: g}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// lookout is one observation. Of one that was called back nothing more is heard.
type observation struct {
	mu      sync.Mutex
	stopped bool
	cancel  context.CancelFunc
}

// start observes a room. tell and back are called from another goroutine; back once, at
// the end.
func (l *observations) start(room string, tell func(session.Observation), back func(error)) *observation {
	ctx, cancel := context.WithCancel(l.ctx)
	one := &observation{cancel: cancel}
	l.counters.RoomMonitors.Add(1)
	l.running.Go(func() {
		defer cancel()
		defer l.counters.RoomMonitors.Add(-1)
		err := l.run(ctx, room, func(s session.Observation) { one.ifActive(func() { tell(s) }) })
		one.ifActive(func() { back(err) })
	})
	return one
}

// observe turns a panic of the observer into an error.
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

func (o *observation) ifActive(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.stopped {
		f()
	}
}

// recall ends the observation, and nothing is heard of it any more.
func (o *observation) stop() {
	o.cancel()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopped = true
}
