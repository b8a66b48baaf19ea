package fanout

import (
	"encoding/binary"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// Conn is one WebSocket. All methods may be called from any goroutine.
type Conn struct {
	// Tag is the caller's; the engine does not look at it.
	Tag any

	engine  *Engine
	receive func([]byte)
	closed  func()
	pay     func(bytes int) time.Duration

	conn    net.Conn
	raw     syscall.RawConn // nil: every write goes through the pump
	ws      *websocket.Conn
	early   []byte                      // the reader's: bytes that came with the handshake
	pings   pings                       // the reader's
	greed   int                         // the reader's: bytes read since it has let others run
	handled struct{ tick, count int64 } // the reader's: messages since the tick
	seen    atomic.Int64                // the tick at which something came last
	paused  atomic.Bool                 // the reader waits for room in the outbox: silence says nothing
	place   int                         // in Engine.peers
	queued  atomic.Bool
	source  *source
	held    atomic.Int64 // bytes, see unread
	evicted atomic.Bool  // it held too many
	outbox  outbox

	mu   sync.Mutex // guards what follows, and who may write to conn
	subs []*subscription
	turn int // whose events come first

	// What is on its way, in this order. Except in the hands of the pump, rest is
	// empty: whoever finds the socket full leaves the rest of one begun frame and
	// starts the pump.
	rest []byte
	pong []byte
	ping bool
	out  []byte // from the outbox: complete frames
	end  ending

	restHeld, outHeld int  // the memory behind them, as counted
	ended             bool // the close frame has begun: nothing may follow it

	pumping bool          // the pump owns the socket
	pumped  chan struct{} // closed when it has ended; nil when nobody waits for that
	dead    bool
}

func newPeer(e *Engine, o AcceptOptions) *Conn {
	p := &Conn{Tag: o.Tag, engine: e, source: e.unread.join(o.ClientAddr), pay: o.ChargeReplay}
	p.outbox.peer, p.outbox.room.L = p, &p.outbox.mu
	p.seen.Store(e.tick.Load())
	return p
}

// Send queues one JSON message, behind those sent before, and never waits. It is
// framed and copied. It returns false when the peer is closed or closing. A peer
// that leaves more than 4 MiB unread is closed with 4008.
func (p *Conn) Send(payload []byte) bool { return p.sent(p.outbox.add(payload)) }

// ReserveReply notes that the peer is to be sent an answer, by SendReply, later. It returns how
// many it is owed now. A peer that Drain sends off is closed when it has been sent all.
func (p *Conn) ReserveReply() int { return p.outbox.owe() }

// SendReply is Send for what the peer is owed.
func (p *Conn) SendReply(payload []byte) bool { return p.sent(p.outbox.pay(payload)) }

func (p *Conn) sent(accepted, overfull bool) bool {
	if overfull {
		p.engine.stats.dropped.Add(1)
		p.Close(protocol.CloseTooSlow, "Too many answers unread")
	}
	if accepted {
		p.wake()
	}
	return accepted
}

// Close sends a close frame at the next frame boundary, ahead of everything that
// waits, and drops the connection when the client has answered it or a moment has
// passed. It does not wait. The reason must not be longer than 123 bytes.
func (p *Conn) Close(code protocol.CloseCode, reason string) {
	if p.outbox.finish(ending{frame: closeFrame(code, reason)}) {
		p.wake()
	}
}

// finish is Close behind everything that waits or is owed: replies, and events up to
// the head.
func (p *Conn) finish(code protocol.CloseCode, reason string) {
	if p.outbox.finish(ending{frame: closeFrame(code, reason), last: true}) {
		p.wake()
	}
}

// wake has a worker serve the peer.
func (p *Conn) wake() {
	if !p.queued.Swap(true) {
		p.engine.queue.hurry(p)
	}
}

// run implements job.
func (p *Conn) run(f *flusher) {
	p.queued.Store(false) // before looking: what comes from now on queues it again
	p.serve(f)
}

// serve writes what there is.
func (p *Conn) serve(f *flusher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.advance(f) {
		p.engine.start(p.pump)
	}
}

// advance writes what there is, with the lock held, as long as the socket takes it.
// When it returns true the caller must have the pump run.
func (p *Conn) advance(f *flusher) (pump bool) {
	if p.pumping || p.dead {
		return false // p.pumping: somebody else has the pump run
	}
	switch f.flush(p) {
	case full:
		p.pumping = true
	case more:
		p.wake()
	case broken:
		p.hangUp()
	}
	return p.pumping
}

// advanceAlone is advance for those who have no flusher.
func (p *Conn) advanceAlone() (pump bool) {
	f := p.engine.flushers.Get().(*flusher)
	defer p.engine.flushers.Put(f)
	return p.advance(f)
}

// hangUp ends the connection without a word; the reader notices and does the rest,
// also when it waits for room in the outbox and not for the connection.
func (p *Conn) hangUp() {
	if t, ok := p.conn.(interface{ NetConn() net.Conn }); ok {
		_ = t.NetConn().Close() // TLS says goodbye, and waits seconds for room to do so
	}
	_ = p.conn.Close()
	p.outbox.shut()
}

// parted is called when the close frame is with the kernel. The client sees the end
// of the stream behind it and has a moment to answer.
func (p *Conn) parted() {
	if tcp, ok := p.conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(p.engine.closeWait()))
}

// closeFrame is a whole close frame.
func closeFrame(code protocol.CloseCode, reason string) []byte {
	const finalClose, maxReason = 0x88, 123
	reason = reason[:min(len(reason), maxReason)]
	b := binary.BigEndian.AppendUint16([]byte{finalClose, byte(2 + len(reason))}, uint16(code))
	return append(b, reason...)
}
