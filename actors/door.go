package actors

import (
	"context"
	"sync/atomic"

	"partyline/protocol"
)

const (
	// defaultInFlight bounds the commands and queries that are inside at one time. At
	// 100,000 votes a second it is the work of a sixth of a second, so what is let in
	// is answered soon, and some 20 MiB, so memory is bounded whoever asks.
	defaultInFlight = 16_384
	// votesPerPlace is how many votes of a batch take one place at the door: a batch
	// costs less than its votes would alone, but not nothing.
	votesPerPlace = 8
	// chatPerPlace is the same for the votes of a chat log, so that the largest takes a
	// fifth of the places: it must not shut everybody out.
	chatPerPlace = 64
)

// shares of the places, in sixteenths, that each class may have at a time, so that none
// shuts the others out: a storm of votes not the host, a bot gone wild not the phones, and
// reads that wait behind commits on a slow disk nobody. Whatever bots and strangers do,
// phones have two sixteenths for their votes, and so have bots whatever phones do.
var shares = [...]int64{ClassHost: 16, ClassBot: 11, ClassGuest: 11, ClassStranger: 2}

// sharesOfOthers is what all may have together who are not the host.
const (
	sharesOfAll    = 16
	sharesOfOthers = 15
)

// door counts who is inside and lets nobody in beyond the limits or while draining.
type door struct {
	limit  int64
	others int64              // the limit of all but the host
	most   [len(shares)]int64 // of each class
	inside atomic.Int64
	of     [len(shares)]atomic.Int64
	shut   atomic.Bool
	empty  chan struct{} // told, once shut, whenever the last one leaves
}

func newDoor(limit int) *door {
	d := &door{empty: make(chan struct{}, 1)}
	d.widen(limit)
	return d
}

// widen sets the limit.
func (d *door) widen(limit int) {
	d.limit = int64(limit)
	d.others = d.share(sharesOfOthers)
	for class, sixteenths := range shares {
		d.most[class] = d.share(sixteenths)
	}
}

func (d *door) share(sixteenths int64) int64 { return max(1, d.limit*sixteenths/sharesOfAll) }

// pass is what somebody has who is inside. The zero value is somebody's who never came in
// by the door.
type pass struct {
	door   *door
	places int32
	class  Class
}

// enter takes so many places. A command that needs more than there are may come in when
// nobody else is inside, or of its class.
func (d *door) enter(class Class, places int32) (pass, *protocol.Error) {
	p, n := pass{d, places, class}, int64(places)
	limit := d.limit
	if class != ClassHost {
		limit = d.others
	}
	own, all := d.of[class].Add(n), d.inside.Add(n)
	if own > d.most[class] && own > n || all > limit && all > n {
		p.leave()
		return pass{}, protocol.Overloaded()
	}
	// After the count, so that drain either sees this one or this one sees shut.
	if d.shut.Load() {
		p.leave()
		return pass{}, protocol.ShuttingDown()
	}
	return p, nil
}

// leave gives the places back.
func (p pass) leave() {
	d := p.door
	if d == nil {
		return
	}
	d.of[p.class].Add(-int64(p.places))
	if d.inside.Add(-int64(p.places)) > 0 || !d.shut.Load() {
		return
	}
	select {
	case d.empty <- struct{}{}:
	default:
	}
}

// drain shuts the door and waits until everybody has left.
func (d *door) drain(ctx context.Context) error {
	d.shut.Store(true)
	for d.inside.Load() > 0 {
		select {
		case <-d.empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
