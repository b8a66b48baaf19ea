package admission

import (
	"context"
	"sync/atomic"

	"partyline/protocol"
)

const (
	// DefaultLimit bounds the commands and queries in flight. At 100,000 votes a second it is
	// the work of a sixth of a second, so that what is admitted is answered soon, and some
	// 20 MiB, so that memory is bounded whoever asks.
	DefaultLimit = 16_384
	// votesPerSlot is how many votes of a batch take one slot: a batch costs less than its
	// votes would alone, but not nothing.
	votesPerSlot = 8
	// chatVotesPerSlot is the same for the votes of a chat log, so that the largest log takes
	// a fifth of the slots: it must not keep everybody else out.
	chatVotesPerSlot = 64
)

// classShares are the slots that each class may hold at a time, in sixteenths of the limit,
// so that no class keeps the others out: a storm of votes not the host, a runaway bot not
// the phones, and reads that wait behind commits on a slow disk nobody. Whatever bots and
// strangers do, phones have two sixteenths for their votes, and so have bots whatever
// phones do.
var classShares = [...]int64{ClassHost: 16, ClassBot: 11, ClassGuest: 11, ClassStranger: 2}

const (
	allShares = 16
	// othersShare is what all classes but the host may hold together.
	othersShare = 15
)

// Gate counts the slots in use and admits nothing beyond the limits or while draining.
type Gate struct {
	limit       int64
	othersLimit int64                   // of all classes but the host
	limits      [len(classShares)]int64 // of each class
	inFlight    atomic.Int64
	byClass     [len(classShares)]atomic.Int64
	closed      atomic.Bool
	empty       chan struct{} // receives, once closed, whenever the last slot is released
}

// New makes a Gate of limit slots.
func New(limit int) *Gate {
	g := &Gate{limit: int64(limit), empty: make(chan struct{}, 1)}
	g.othersLimit = g.share(othersShare)
	for class, sixteenths := range classShares {
		g.limits[class] = g.share(sixteenths)
	}
	return g
}

func (g *Gate) share(sixteenths int64) int64 { return max(1, g.limit*sixteenths/allShares) }

// InFlight is how many slots are in use.
func (g *Gate) InFlight() int64 { return g.inFlight.Load() }

// Closed says that Drain was called.
func (g *Gate) Closed() bool { return g.closed.Load() }

// Slots is what one request holds. The zero value holds nothing, for requests of the hub's
// own actors.
type Slots struct {
	gate  *Gate
	n     int32
	class Class
}

// Acquire takes n slots or answers with an error at once. A request that needs more slots
// than there are is admitted when nothing else is in flight, or nothing else of its class.
func (g *Gate) Acquire(class Class, n int32) (Slots, *protocol.Error) {
	s, count := Slots{g, n, class}, int64(n)
	limit := g.limit
	if class != ClassHost {
		limit = g.othersLimit
	}
	ofClass, all := g.byClass[class].Add(count), g.inFlight.Add(count)
	if ofClass > g.limits[class] && ofClass > count || all > limit && all > count {
		s.Release()
		return Slots{}, protocol.Overloaded()
	}
	// After the count, so that either Drain sees these slots or this call sees closed.
	if g.closed.Load() {
		s.Release()
		return Slots{}, protocol.ShuttingDown()
	}
	return s, nil
}

// Release gives the slots back.
func (s Slots) Release() {
	g := s.gate
	if g == nil {
		return
	}
	g.byClass[s.class].Add(-int64(s.n))
	if g.inFlight.Add(-int64(s.n)) > 0 || !g.closed.Load() {
		return
	}
	select {
	case g.empty <- struct{}{}:
	default:
	}
}

// Drain admits nothing more and waits until all slots are released.
func (g *Gate) Drain(ctx context.Context) error {
	g.closed.Store(true)
	for g.inFlight.Load() > 0 {
		select {
		case <-g.empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// SlotsFor is how many slots a command needs.
func SlotsFor(c protocol.Command) int32 {
	switch c := c.(type) {
	case *protocol.CastVotes:
		return 1 + int32(len(c.Votes)/votesPerSlot)
	case *protocol.ImportChat:
		return 1 + int32(len(c.Votes)/chatVotesPerSlot)
	}
	return 1
}
