package crowd

import (
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

// freshness is a tally whose age is not measured yet: the first seq that it showed,
// and when. Zero when there is none.
type freshness struct {
	seq protocol.Seq
	at  time.Duration
}

// seeTally measures how old the oldest vote is that the tally shows first: no vote
// waited longer for this screen.
func (c *screen) seeTally(e oracle.Envelope, message []byte, conn *wire.Conn) {
	last := protocol.Seq(c.tally.Load())
	c.stage.tallies[c.session].See(c.name, last, e.Seq, message)
	c.tallied.Add(1)
	c.age()
	if last > 0 && e.Seq > last {
		c.fresh = freshness{last + 1, c.stage.ledger.Since(conn.At())}
		c.age()
	}
	c.tally.Store(uint64(e.Seq))
}

// age measures what waits, as soon as the reference screen has seen the event too.
func (c *screen) age() {
	if c.fresh.seq == 0 {
		return
	}
	if n := c.stage.records[c.session].VoteAt(c.fresh.seq); n >= 0 {
		c.show.Record(c.fresh.at - c.stage.ledger.Due(n))
		c.fresh = freshness{}
	}
}
