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

// unread counts the bytes that peers have been sent and not taken yet: answers, the rest
// of a frame that was begun, what was read from the journal. A peer that takes a little
// every few seconds never stalls, and may have a quarter of a megabyte: so there is a
// budget for each source of connections, an address, and one for all. Over it those are
// closed with 4008 who have the most.
//
// What is counted is the memory that is held, not its length. Closing is a worker's job,
// because whoever sends must not go through all peers.
type unread struct {
	engine *Engine
	all    atomic.Int64
	queued atomic.Bool

	mu      sync.Mutex
	sources map[netip.Addr]*source
}

// source is where connections come from that share a budget.
type source struct {
	from  netip.Addr
	most  int64
	bytes atomic.Int64
	peers int // guarded by unread.mu
}

// join finds the source of one more peer. That of the zero Addr has no budget of its own.
func (u *unread) join(from netip.Addr) *source {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.sources[from]
	if s == nil {
		s = &source{from: from, most: u.engine.o.MaxUnreadPerAddress}
		if !from.IsValid() {
			s.most = math.MaxInt64
		}
		u.sources[from] = s
	}
	s.peers++
	return s
}

// part undoes a join.
func (u *unread) part(s *source) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s.peers--; s.peers == 0 {
		delete(u.sources, s.from)
	}
}

// hold counts bytes that the peer holds from now on, or fewer than none that it holds no
// more. A vote's answer is too small to be counted: there are a hundred thousand a second.
func (p *Conn) hold(n int) {
	if n == 0 {
		return
	}
	now := p.held.Add(int64(n))
	d := max(now, uncounted) - max(now-int64(n), uncounted)
	if d == 0 {
		return
	}
	u := &p.engine.unread
	one, all := p.source.bytes.Add(d), u.all.Add(d)
	if d > 0 && (one > p.source.most || all > p.engine.o.MaxUnread) {
		u.ask()
	}
}

func (u *unread) ask() {
	if !u.queued.Swap(true) {
		u.engine.queue.hurry(u)
	}
}

// run implements job: it closes the heaviest peers of the heaviest sources until all
// budgets are kept. Two at a time would each close what is enough.
func (u *unread) run(*flusher) {
	over := false
	for _, p := range u.byWeight() {
		if p.source.bytes.Load() > p.source.most || u.all.Load() > u.engine.o.MaxUnread {
			over = p.evict() || over
		}
	}
	u.queued.Store(false)
	if over {
		u.ask() // for what was sent meanwhile
	}
}

// byWeight are the peers that count, those of the heaviest source first, and of each
// source the heaviest first. The weights are of one look: they change meanwhile.
func (u *unread) byWeight() []*Conn {
	held, of := map[*Conn]int64{}, map[*source]int64{}
	var peers []*Conn
	for _, p := range u.engine.everyone() {
		if n := p.held.Load(); n > uncounted {
			peers = append(peers, p)
			held[p] = n
			of[p.source] += n
		}
	}
	slices.SortFunc(peers, func(a, b *Conn) int {
		return cmp.Or(cmp.Compare(of[b.source], of[a.source]), a.source.from.Compare(b.source.from), cmp.Compare(held[b], held[a]))
	})
	return peers
}

// evict closes the peer and drops what waits for it. The frame that has begun the kernel
// is given, or the connection ends. False: it was evicted before.
func (p *Conn) evict() bool {
	if p.evicted.Swap(true) {
		return false
	}
	if p.outbox.finish(ending{frame: closeFrame(protocol.CloseTooSlow, "Too many answers unread")}) {
		p.engine.stats.dropped.Add(1)
		p.wake()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pumping {
		_ = p.conn.SetWriteDeadline(p.stallsAt())
	}
	p.setOut(nil)
	for _, s := range p.subs {
		s.setReplay(nil)
	}
	return true
}

// stallsAt is when the pump gives up that waits from now on.
func (p *Conn) stallsAt() time.Time {
	if p.evicted.Load() {
		return time.Now()
	}
	return time.Now().Add(p.engine.o.StallTimeout)
}

// setOut replaces what is on its way of the outbox. The lock is held.
func (p *Conn) setOut(frames []byte) {
	if p.out = frames; len(frames) == 0 {
		p.out = nil
		p.hold(-p.outHeld)
		p.outHeld = 0
	}
}

// setRest replaces the rest of a begun frame, which the peer has for itself or shares
// with others. The lock is held.
func (p *Conn) setRest(rest []byte, shared bool) {
	n := cap(rest)
	if shared {
		n = 0
	}
	p.hold(n - p.restHeld)
	p.rest, p.restHeld = rest, n
}

// setReplay replaces what was read from the journal for the subscription, or leaves the
// end of it. The peer's lock is held.
func (s *subscription) setReplay(batch []byte) {
	n := cap(batch)
	if len(batch) == 0 {
		batch, n = nil, 0
	}
	if n > 0 && s.replayHeld > 0 {
		n = s.replayHeld // the end of the same batch
	}
	s.peer.hold(n - s.replayHeld)
	s.replay, s.replayHeld = batch, n
}
