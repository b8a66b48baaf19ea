package fanout

import (
	"bytes"
	"net"
	"runtime"
	"time"
)

// wire is the peer as the WebSocket library sees it: a connection. The library
// reads from it, and writes control frames, each with one Write.
type wire Conn

var _ net.Conn = (*wire)(nil)

// Read implements net.Conn. Whatever comes is a sign of life.
func (w *wire) Read(b []byte) (int, error) {
	if len(w.early) > 0 {
		n := copy(b, w.early)
		if w.early = w.early[n:]; len(w.early) == 0 {
			w.early = nil
		}
		return n, nil
	}
	w.giveWay()
	n, err := w.conn.Read(b)
	if n > 0 {
		w.seen.Store(w.engine.tick.Load())
		w.greed += n
	}
	return n, err
}

// turnBytes is how much one peer's reader takes in before it lets others run. A client
// that floods always has more to read, so its reader never waits by itself and would
// keep its core until it is preempted, 10 ms later: forty of them make everybody else
// wait for a second. This much takes a tenth of a millisecond.
const turnBytes = 4 << 10

func (w *wire) giveWay() {
	if w.greed >= turnBytes {
		w.greed = 0
		runtime.Gosched()
	}
}

// Write implements net.Conn for one control frame. It does not wait: when the socket
// is full, or a data frame is half written, the frame goes out at the next boundary,
// and until then a newer pong replaces an older one, as RFC 6455 allows.
//
// Only a close frame is waited for, because the library ends the connection behind it.
func (w *wire) Write(frame []byte) (int, error) {
	const opcode, opClose = 0x0f, 0x8
	p := (*Conn)(w)
	if frame[0]&opcode == opClose {
		p.outbox.finish(ending{frame: bytes.Clone(frame)})
		p.awaitClose()
		return len(frame), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pong = append(p.pong[:0], frame...)
	if p.advanceAlone() {
		p.engine.start(p.pump)
	}
	return len(frame), nil
}

// awaitClose returns when the close frame is with the kernel, or never will be.
func (p *Conn) awaitClose() {
	p.mu.Lock()
	if p.advanceAlone() {
		p.mu.Unlock()
		p.pump()
		return
	}
	if !p.pumping {
		p.mu.Unlock()
		return
	}
	pumped := make(chan struct{})
	p.pumped = pumped
	p.mu.Unlock()
	<-pumped
}

// Close implements net.Conn.
func (w *wire) Close() error { return w.conn.Close() }

// LocalAddr implements net.Conn.
func (w *wire) LocalAddr() net.Addr { return w.conn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (w *wire) RemoteAddr() net.Addr { return w.conn.RemoteAddr() }

// SetDeadline implements net.Conn. The deadlines of the connection belong to the
// engine; the library sets none.
func (w *wire) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn, like SetDeadline.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn, like SetDeadline.
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
