package ledger

import (
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

const (
	// clockNoise is how far, in milliseconds, the machine's clock and the monotonic clock may
	// drift apart and still count as one: the two are not read at once.
	clockNoise = 20
	// clockStep is the least change of the machine's clock, in milliseconds, that is logged.
	clockStep = 1000
)

// Clock gives clock readings: the machine's clock, and the time without the jumps of that clock,
// which the monotonic clock measures from the start of the hub. It may be used from any
// goroutine.
type Clock struct {
	now   func() time.Time // the machine's clock; nil is time.Now
	begun time.Time
	first protocol.Timestamp // the machine's clock at begun
	ahead atomic.Int64       // how far it has been set since, in milliseconds
	log   zerolog.Logger
}

// NewClock makes a clock that reads now, or time.Now for nil, and logs to log when the
// machine's clock is set.
func NewClock(now func() time.Time, log zerolog.Logger) *Clock {
	c := &Clock{now: now, begun: time.Now(), log: log}
	c.first = protocol.TimestampOf(c.begun)
	if now != nil {
		c.first = protocol.TimestampOf(now())
	}
	return c
}

// Read returns the present.
func (c *Clock) Read() protocol.ClockReading {
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

// step notes that the machine's clock was set. The first goroutine that notices logs it.
func (c *Clock) step(before, ahead int64) {
	by := ahead - before
	if c.ahead.CompareAndSwap(before, ahead) && (by >= clockStep || by <= -clockStep) {
		c.log.Warn().Dur("by_ms", time.Duration(by)*time.Millisecond).Dur("since_start_ms", time.Duration(ahead)*time.Millisecond).
			Msg("the machine's clock was set; order and running polls do not go by it")
	}
}
