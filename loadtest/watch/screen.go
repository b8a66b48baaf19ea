package watch

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

// redialAfter is the wait before a screen connects again.
const redialAfter = 20 * time.Millisecond

// screen watches one session, across connections. One goroutine runs it; while it is connected the
// watcher's goroutine calls see.
type screen struct {
	*Screens
	name    string
	session int
	mode    protocol.Mode
	check   *oracle.ScreenCheck // of events mode
	tally   atomic.Uint64       // seq of the newest tally, of tally mode
	tallied atomic.Uint64       // how many tallies came
	latency *report.Histogram
	up      func() // called when it is subscribed

	// live is the seq after which events are live; those before are replayed and have no latency.
	live protocol.Seq
	// unmeasured waits for the reference screen to see its event.
	unmeasured unmeasured

	mu   sync.Mutex
	conn *wire.Conn
}

// run watches until ctx ends. After every disconnect it resumes with since.
func (c *screen) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, c.cut)
	defer stop()
	for ctx.Err() == nil {
		err := c.watch(ctx)
		if ctx.Err() != nil {
			return
		}
		c.lost(err)
		_ = report.Wait(ctx, redialAfter)
	}
}

// lost counts a connection that ended, or that did not come about.
func (c *screen) lost(err error) {
	c.Reconnects.Add(1)
	if closed, ok := errors.AsType[*client.CloseError](err); ok && closed.Code == int(protocol.CloseGoingAway) {
		c.GoingAway.Add(1)
	}
	if c.Lost != nil {
		c.Lost(err)
	}
}

// cut closes the connection, as a lost network would.
func (c *screen) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		_ = c.conn.Close()
	}
}

// last is the seq up to which the screen has seen.
func (c *screen) last() protocol.Seq {
	if c.mode == protocol.ModeTally {
		return protocol.Seq(c.tally.Load())
	}
	return c.check.Last()
}

func (c *screen) watch(ctx context.Context) error {
	conn, err := wire.Connect(ctx, c.addr, c.Client.Token())
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.conn = conn
	c.mu.Unlock()
	defer func() { _ = conn.Close() }()
	sub := client.Subscription{Session: c.IDs[c.session], Mode: c.mode}
	if c.mode == protocol.ModeEvents {
		sub = c.check.Subscription(sub)
	}
	hello, err := client.Subscribe(conn, sub)
	if err != nil {
		return err
	}
	c.check.Subscribed(hello)
	c.live = hello.Seq
	c.Watching.Add(1)
	defer c.Watching.Add(-1)
	c.up()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return c.watcher.Watch(conn, func(message []byte) { c.see(message, conn) })
}

func (c *screen) see(message []byte, conn *wire.Conn) {
	e, ok := oracle.Open(message)
	switch {
	case !ok || string(e.Type) == protocol.MessageError:
		c.Findings.Add("%s was told %s", c.name, message)
	case string(e.Type) == protocol.MessageDraining:
		c.Draining.Add(1)
	case e.Session != c.IDs[c.session]:
		// An announcement of a session that somebody else opens.
	case e.Event:
		n := c.check.See(e.Seq, message)
		if n >= 0 && e.Seq > c.live {
			c.latency.Record(c.Votes.Since(conn.At()) - c.Votes.Due(n))
		}
	case string(e.Type) == protocol.MessageTally, c.mode == protocol.ModeTally && string(e.Type) == protocol.MessageSnapshot:
		c.seeTally(e, message, conn)
	case string(e.Type) == protocol.MessageSnapshot:
		c.check.Skipped(e.Seq)
	}
}

// unmeasured is a tally whose age is not measured yet: the first seq that it includes, and when it
// came. Zero when there is none.
type unmeasured struct {
	seq protocol.Seq
	at  time.Duration
}

// seeTally measures the age of the oldest vote that the tally is the first to include.
func (c *screen) seeTally(e oracle.Envelope, message []byte, conn *wire.Conn) {
	last := protocol.Seq(c.tally.Load())
	c.tallies[c.session].See(c.name, last, e.Seq, message)
	c.tallied.Add(1)
	c.measureAge()
	if last > 0 && e.Seq > last {
		c.unmeasured = unmeasured{last + 1, c.Votes.Since(conn.At())}
		c.measureAge()
	}
	c.tally.Store(uint64(e.Seq))
}

// measureAge measures the waiting tally once the reference screen has seen the event.
func (c *screen) measureAge() {
	if c.unmeasured.seq == 0 {
		return
	}
	if n := c.Events[c.session].VoteAt(c.unmeasured.seq); n >= 0 {
		c.latency.Record(c.unmeasured.at - c.Votes.Due(n))
		c.unmeasured = unmeasured{}
	}
}
