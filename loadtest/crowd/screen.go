package crowd

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

// againAfter is the wait of a screen before it connects again.
const againAfter = 20 * time.Millisecond

// screen watches one session, across connections. One goroutine runs it; while it is
// connected the watcher's goroutine calls see.
type screen struct {
	stage   *stage
	name    string
	session int
	mode    protocol.Mode
	witness *oracle.Witness // of events mode
	tally   atomic.Uint64   // seq of the newest tally, of tally mode
	tallied atomic.Uint64   // how many tallies came
	show    *report.Histogram
	up      func() // called once, when first subscribed

	// live is the seq from which on events are live; earlier ones are replayed and
	// say nothing about latency.
	live protocol.Seq
	// fresh waits for the reference screen to see its event.
	fresh freshness

	mu   sync.Mutex
	conn *wire.Conn
}

func newScreen(s *stage, index int, mode protocol.Mode) *screen {
	c := &screen{stage: s, name: fmt.Sprintf("screen %d", index), session: index % s.o.Sessions, mode: mode, show: &s.show[index%shards], up: func() {}}
	c.witness = oracle.NewWitness(c.name, s.records[c.session], &s.findings)
	return c
}

// run watches until ctx ends. It comes back after every disconnect and says since.
func (c *screen) run(ctx context.Context) {
	stop := context.AfterFunc(ctx, c.cut)
	defer stop()
	for ctx.Err() == nil {
		err := c.watch(ctx)
		if ctx.Err() != nil {
			return
		}
		c.stage.reconnects.Add(1)
		c.stage.failed("screen "+kindOf(err), 1)
		select {
		case <-ctx.Done():
		case <-time.After(againAfter):
		}
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

// last is how far the screen has seen.
func (c *screen) last() protocol.Seq {
	if c.mode == protocol.ModeTally {
		return protocol.Seq(c.tally.Load())
	}
	return c.witness.Last()
}

// deliveries is how many events or tallies came.
func (c *screen) deliveries() uint64 { return c.witness.Seen() + c.tallied.Load() }

func (c *screen) watch(ctx context.Context) error {
	conn, err := wire.Connect(ctx, c.stage.o.Addr, c.stage.client.Token())
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.conn = conn
	c.mu.Unlock()
	defer func() { _ = conn.Close() }()
	sub := client.Subscription{Session: c.stage.ids[c.session], Mode: c.mode}
	if c.mode == protocol.ModeEvents {
		sub = c.witness.Resume(sub)
	}
	hello, err := client.Subscribe(conn, sub)
	if err != nil {
		return err
	}
	c.witness.Begin(hello)
	c.live = hello.Seq
	c.up()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return c.stage.watcher.Watch(conn, func(message []byte) { c.see(message, conn) })
}

func (c *screen) see(message []byte, conn *wire.Conn) {
	e, ok := oracle.Open(message)
	if !ok {
		c.stage.findings.Add("%s: no message: %s", c.name, message)
		return
	}
	switch {
	case string(e.Type) == protocol.MessageError:
		c.stage.findings.Add("%s: %s", c.name, message)
	case e.Session != c.stage.ids[c.session]:
		// The lobby tells of sessions that others open.
	case e.Event:
		n := c.witness.See(e.Seq, message)
		if n >= 0 && e.Seq > c.live {
			c.show.Record(c.stage.ledger.Since(conn.At()) - c.stage.ledger.Due(n))
		}
	case string(e.Type) == protocol.MessageTally, c.mode == protocol.ModeTally && string(e.Type) == protocol.MessageSnapshot:
		c.seeTally(e, message, conn)
	case string(e.Type) == protocol.MessageSnapshot:
		c.witness.Left(e.Seq)
	}
}
