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
	// Tag is the caller's; the engine does not use it.
	Tag any

	engine       *Engine
	onMessage    func([]byte)
	onClosed     func()
	chargeReplay func(bytes int) time.Duration

	netConn         net.Conn
	rawConn         syscall.RawConn // nil: every write goes through the slow writer
	ws              *websocket.Conn
	earlyBytes      []byte                      // the reader's: bytes that came behind the handshake, or were read ahead
	ahead           *readAhead                  // the reader's: the buffer of earlyBytes, nil when it has one of its own
	moreWaits       bool                        // the reader's: the last read has filled its buffer
	pings           pings                       // the reader's
	bytesSinceYield int                         // the reader's: bytes read since it yielded the CPU
	handled         struct{ tick, count int64 } // the reader's: messages since that tick
	lastHeard       atomic.Int64                // the heartbeat at which bytes came last
	readPaused      atomic.Bool                 // the reader waits for space in the outbox, so silence means nothing
	index           int                         // in Engine.conns
	queued          atomic.Bool
	address         *addressUnread
	unreadBytes     atomic.Int64 // see unreadBudget
	evicted         atomic.Bool  // for too many unread bytes
	outbox          outbox

	mu      sync.Mutex // guards the fields below, and who may write to netConn
	subs    []*subscription
	nextSub int // the subscription whose events come first

	// The fields below are what is sent next, in this order. Except while the slow writer
	// runs, partialFrame is empty: a flush that finds the socket full leaves there the rest of one
	// begun frame and starts the slow writer.
	partialFrame []byte
	pendingPong  []byte
	pingDue      bool
	replies      []byte // complete frames, taken from the outbox
	closeReq     closeRequest

	partialMem, repliesMem int  // the capacity of their buffers, as counted in unreadBytes
	closeSent              bool // the close frame has begun: nothing may follow it

	slowWriting    bool          // the slow writer owns the socket
	slowWriterDone chan struct{} // closed when it has ended; nil when nobody waits for that
	dead           bool          // the connection has ended and is cleaned up
}

func newConn(e *Engine, o AcceptOptions) *Conn {
	c := &Conn{Tag: o.Tag, engine: e, address: e.unread.addConn(o.ClientAddr), chargeReplay: o.ChargeReplay}
	c.outbox.conn, c.outbox.space.L = c, &c.outbox.mu
	c.lastHeard.Store(e.heartbeats.Load())
	return c
}

// Send queues one JSON message behind those sent before, and never blocks. The payload is
// framed and copied. Send returns false when the connection is closed or closing. A connection
// that leaves more than 4 MiB unread is closed with 4008.
func (c *Conn) Send(payload []byte) bool { return c.afterSend(c.outbox.add(payload)) }

// ReserveReply announces a reply that SendReply will send later, and returns how many replies
// are reserved now. A connection that Drain closes is sent all reserved replies first.
func (c *Conn) ReserveReply() int { return c.outbox.reserve() }

// SendReply is Send for a reserved reply.
func (c *Conn) SendReply(payload []byte) bool { return c.afterSend(c.outbox.fulfil(payload)) }

func (c *Conn) afterSend(accepted, overfull bool) bool {
	if overfull {
		c.engine.stats.closedSlow.Add(1)
		c.Close(protocol.CloseTooSlow, "Too much unread data")
	}
	if accepted {
		c.wake()
	}
	return accepted
}

// Close sends a close frame at the next frame boundary, ahead of everything that waits, and
// drops the connection when the client has answered it or closeTimeout has passed. It does not
// block. The reason must not be longer than 123 bytes.
func (c *Conn) Close(code protocol.CloseCode, reason string) {
	if c.outbox.requestClose(closeRequest{frame: closeFrame(code, reason)}) {
		c.wake()
	}
}

// closeAfterPending is Close behind everything that waits or is reserved: replies, and events
// up to the head.
func (c *Conn) closeAfterPending(code protocol.CloseCode, reason string) {
	if c.outbox.requestClose(closeRequest{frame: closeFrame(code, reason), afterPending: true}) {
		c.wake()
	}
}

// wake queues the connection for a worker.
func (c *Conn) wake() {
	if !c.queued.Swap(true) {
		c.engine.queue.pushUrgent(c)
	}
}

// run implements job.
func (c *Conn) run(f *flusher) {
	c.queued.Store(false) // first: what comes from now on queues the connection again
	c.flush(f)
}

// flush writes what there is, without blocking.
func (c *Conn) flush(f *flusher) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flushLocked(f) {
		c.engine.startTask(c.runSlowWriter)
	}
}

// flushLocked writes what there is, with the lock held, as long as the socket takes it. When
// it returns true the caller must start the slow writer.
func (c *Conn) flushLocked(f *flusher) (startSlowWriter bool) {
	if c.slowWriting || c.dead {
		return false // slowWriting: another goroutine has started it
	}
	switch f.flush(c) {
	case socketFull:
		c.slowWriting = true
	case turnOver:
		c.wake()
	case connBroken:
		c.abort()
	}
	return c.slowWriting
}

// flushPooled is flushLocked for goroutines without a flusher.
func (c *Conn) flushPooled() (startSlowWriter bool) {
	f := c.engine.flushers.Get().(*flusher)
	defer c.engine.flushers.Put(f)
	return c.flushLocked(f)
}

// abort ends the connection without a close frame. The reader notices and cleans up, also when
// it waits for space in the outbox and not for the connection.
func (c *Conn) abort() {
	if t, ok := c.netConn.(interface{ NetConn() net.Conn }); ok {
		_ = t.NetConn().Close() // tls.Conn.Close sends an alert, and waits seconds for room to do so
	}
	_ = c.netConn.Close()
	c.outbox.close()
}

// halfClose is called when the close frame is with the kernel. The client reads the end of the
// stream behind it and has closeTimeout to answer.
func (c *Conn) halfClose() {
	if tcp, ok := c.netConn.(tcpConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = c.netConn.SetReadDeadline(time.Now().Add(c.engine.closeTimeout()))
}

// closeFrame returns a complete close frame.
func closeFrame(code protocol.CloseCode, reason string) []byte {
	const finalClose, maxReason = 0x88, 123
	reason = reason[:min(len(reason), maxReason)]
	b := binary.BigEndian.AppendUint16([]byte{finalClose, byte(2 + len(reason))}, uint16(code))
	return append(b, reason...)
}
