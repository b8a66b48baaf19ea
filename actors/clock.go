package actors

import (
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

const (
	// clockNoise is how far, in milliseconds, the machine's clock and the time that has
	// passed may drift apart and still count as one: the two are not read at once.
	clockNoise = 20
	// clockStep is what an operator wants to hear of, in milliseconds.
	clockStep = 1000
)

// clock tells moments: what the machine's clock says, and the time without its jumps,
// which is measured by the monotonic clock from the start of the hub. It may be used
// from any goroutine.
type clock struct {
	now   func() time.Time // the machine's clock; nil is time.Now
	begun time.Time
	first protocol.Timestamp // what the machine's clock said then
	ahead atomic.Int64       // how far it has been set since, in milliseconds
	log   zerolog.Logger
}

func newClock(now func() time.Time, log zerolog.Logger) *clock {
	c := &clock{now: now, begun: time.Now(), log: log}
	c.first = protocol.TimestampOf(c.begun)
	if now != nil {
		c.first = protocol.TimestampOf(now())
	}
	return c
}

// moment is now.
func (c *clock) moment() protocol.ClockReading {
	t := time.Now()
	says := protocol.TimestampOf(t)
	if c.now != nil {
		says = protocol.TimestampOf(c.now())
	}
	passed := t.Sub(c.begun).Milliseconds()
	ahead := c.ahead.Load()
	if set := int64(says-c.first) - passed; set-ahead > clockNoise || ahead-set > clockNoise {
		c.step(ahead, set)
		ahead = set
	}
	return protocol.ClockReading{Wall: says, Monotonic: says - protocol.Timestamp(ahead)}
}

// step notes that the clock was set. Whoever sees it first tells it.
func (c *clock) step(before, ahead int64) {
	by := ahead - before
	if c.ahead.CompareAndSwap(before, ahead) && (by >= clockStep || by <= -clockStep) {
		c.log.Warn().Dur("by_ms", time.Duration(by)*time.Millisecond).Dur("since_start_ms", time.Duration(ahead)*time.Millisecond).
			Msg("the machine's clock was set; order and running polls do not go by it")
	}
}
