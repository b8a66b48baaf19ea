package fanout

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"partyline/protocol"
)

// unreadBudget counts the bytes that connections were sent and have not accepted yet: replies,
// the rest of a begun frame, what was read from the journal. A client that accepts a little
// every few seconds never stalls, and may have a quarter of a megabyte waiting: so there is a
// budget for each address, and one for all. Above it, the connections with the most are closed
// with 4008.
//
// The capacity of the buffers is counted, not their length. Closing is a worker's job, because
// a goroutine that sends must not go over all connections.
type unreadBudget struct {
	engine *Engine
	total  atomic.Int64
	queued atomic.Bool

	mu        sync.Mutex
	addresses map[netip.Addr]*addressUnread
}

// addressUnread counts for the connections of one address, which share a budget.
type addressUnread struct {
	addr  netip.Addr
	limit int64
	bytes atomic.Int64 // of unread
	conns int          // guarded by unreadBudget.mu
}

// addConn returns the counter for one more connection. That of the zero Addr has no limit.
func (u *unreadBudget) addConn(from netip.Addr) *addressUnread {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.addresses[from]
	if s == nil {
		s = &addressUnread{addr: from, limit: u.engine.options.MaxUnreadPerAddress}
		if !from.IsValid() {
			s.limit = math.MaxInt64
		}
		u.addresses[from] = s
	}
	s.conns++
	return s
}

// removeConn undoes an addConn.
func (u *unreadBudget) removeConn(s *addressUnread) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s.conns--; s.conns == 0 {
		delete(u.addresses, s.addr)
	}
}

// addUnread counts n more bytes held for the connection, or fewer when n is negative. The
// reply to a vote is too small to be counted: there are a hundred thousand a second.
func (c *Conn) addUnread(n int) {
	if n == 0 {
		return
	}
	now := c.unreadBytes.Add(int64(n))
	d := max(now, uncountedUnread) - max(now-int64(n), uncountedUnread)
	if d == 0 {
		return
	}
	u := &c.engine.unread
	one, all := c.address.bytes.Add(d), u.total.Add(d)
	if d > 0 && (one > c.address.limit || all > c.engine.options.MaxUnread) {
		u.requestEviction()
	}
}

func (u *unreadBudget) requestEviction() {
	if !u.queued.Swap(true) {
		u.engine.queue.pushUrgent(u)
	}
}

// run implements job: it closes the heaviest connections of the heaviest addresses until all
// budgets are kept. Two runs at a time would each close what is enough.
func (u *unreadBudget) run(*flusher) {
	evicted := false
	for _, c := range u.heaviestFirst() {
		if c.address.bytes.Load() > c.address.limit || u.total.Load() > u.engine.options.MaxUnread {
			evicted = c.evict() || evicted
		}
	}
	u.queued.Store(false)
	if evicted {
		u.requestEviction() // for what was sent meanwhile
	}
}

// heaviestFirst returns the counted connections, those of the heaviest address first, and of
// each address the heaviest first. The weights are read once: they change meanwhile.
func (u *unreadBudget) heaviestFirst() []*Conn {
	held, of := map[*Conn]int64{}, map[*addressUnread]int64{}
	var conns []*Conn
	for _, c := range u.engine.allConns() {
		if n := c.unreadBytes.Load(); n > uncountedUnread {
			conns = append(conns, c)
			held[c] = n
			of[c.address] += n
		}
	}
	slices.SortFunc(conns, func(a, b *Conn) int {
		return cmp.Or(cmp.Compare(of[b.address], of[a.address]), a.address.addr.Compare(b.address.addr), cmp.Compare(held[b], held[a]))
	})
	return conns
}

// evict closes the connection and drops what waits for it. The kernel is given the begun
// frame, or the connection ends. False: it was evicted before.
func (c *Conn) evict() bool {
	if c.evicted.Swap(true) {
		return false
	}
	if c.outbox.requestClose(closeRequest{frame: closeFrame(protocol.CloseTooSlow, "Too much unread data")}) {
		c.engine.stats.closedSlow.Add(1)
		c.wake()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slowWriting {
		_ = c.netConn.SetWriteDeadline(c.stallDeadline())
	}
	c.setReplies(nil)
	for _, s := range c.subs {
		s.setReplay(nil)
	}
	return true
}

// stallDeadline is when a slow writer that waits from now on gives up.
func (c *Conn) stallDeadline() time.Time {
	if c.evicted.Load() {
		return time.Now()
	}
	return time.Now().Add(c.engine.options.StallTimeout)
}

// setReplies replaces the replies that were taken from the outbox. The lock is held.
func (c *Conn) setReplies(frames []byte) {
	if c.replies = frames; len(frames) == 0 {
		c.replies = nil
		c.addUnread(-c.repliesMem)
		c.repliesMem = 0
	}
}

// setPartial replaces the rest of a begun frame, which this connection owns or shares with
// others. The lock is held.
func (c *Conn) setPartial(rest []byte, shared bool) {
	n := cap(rest)
	if shared {
		n = 0
	}
	c.addUnread(n - c.partialMem)
	c.partialFrame, c.partialMem = rest, n
}

// setReplay replaces what was read from the journal for the subscription, or leaves the end of
// it. The connection's lock is held.
func (s *subscription) setReplay(batch []byte) {
	n := cap(batch)
	if len(batch) == 0 {
		batch, n = nil, 0
	}
	if n > 0 && s.replayMem > 0 {
		n = s.replayMem // the end of the same batch
	}
	s.conn.addUnread(n - s.replayMem)
	s.replay, s.replayMem = batch, n
}
