package fanout

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
	"unicode/utf8"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// errUnusable ends a reader whose client does not speak the protocol.
var errUnusable = errors.New("live: unusable message")

// Serve starts the peer's reader and returns. Receive is called with each text
// message, in order, one at a time; the bytes are valid until it returns, and the
// next message is read after that. Closed is called once, last, when the connection
// has ended, for whatever reason.
func (p *Conn) Serve(receive func(message []byte), closed func()) {
	p.receive, p.closed = receive, closed
	if !p.engine.enrol(p) {
		p.hangUp()
		_ = p.ws.CloseNow()
		p.engine.unread.part(p.source)
		closed()
		return
	}
	if p.engine.draining.Load() {
		p.dismiss() // it came between the last look at draining and now
	}
}

// renewals is how many messages of one tick are each the last of their goroutine: more
// than a screen says, auth and subscribe, and few enough to cost a busy bot nothing.
const renewals = 4

// read is the peer's one lasting goroutine, or rather a relay of them. Handling a message
// takes a stack of 8 KiB or more, waiting for the next one half of that, and a stack
// shrinks only when three quarters of it are free: so a peer that says little is waited
// for by a goroutine that has not handled anything yet.
func (p *Conn) read() {
	if p.listen() {
		p.engine.start(p.read)
		return
	}
	p.leave()
}

// listen handles messages until somebody fresh should go on, which is true, or there
// are no more.
func (p *Conn) listen() (more bool) {
	defer p.guard()
	for {
		if err := p.next(); err != nil {
			p.linger(err)
			return false
		}
		p.awaitRoom()
		if p.renew() {
			return true
		}
	}
}

// renew says whether this goroutine has handled enough.
func (p *Conn) renew() bool {
	if tick := p.engine.tick.Load(); p.handled.tick != tick {
		p.handled.tick, p.handled.count = tick, 0
	}
	p.handled.count++
	return p.handled.count <= renewals
}

// awaitRoom waits until the client has read enough of its answers. Meanwhile it is not
// listened to, so it counts as heard when the wait is over.
func (p *Conn) awaitRoom() {
	if p.outbox.roomy() {
		return
	}
	p.paused.Store(true)
	p.outbox.await()
	p.seen.Store(p.engine.tick.Load())
	p.paused.Store(false)
}

// next reads one message and hands it on. The buffer is held only while there is a
// message: most peers are silent most of the time.
func (p *Conn) next() error {
	kind, r, err := p.ws.Reader(context.Background())
	if err != nil {
		return err
	}
	if kind != websocket.MessageText {
		p.Close(protocol.CloseBadData, "Text messages only")
		return errUnusable
	}
	buf := p.engine.messages.Get().(*[]byte)
	defer p.engine.messages.Put(buf)
	if *buf, err = readAll(r, (*buf)[:0]); err != nil {
		return err
	}
	if !utf8.Valid(*buf) {
		p.Close(protocol.CloseInvalidUTF8, "Text must be UTF-8")
		return errUnusable
	}
	p.receive(*buf)
	return nil
}

func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(readBuffer, cap(b)))...)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// linger reads on and forgets, after an error for which a close frame was sent, until
// the client has ended the connection or a moment has passed. Closing with unread
// bytes would reset it, and the client would never read why.
func (p *Conn) linger(err error) {
	if p.outbox.ending() && websocket.CloseStatus(err) == -1 {
		_, _ = io.Copy(io.Discard, (*wire)(p))
	}
}

// guard turns a panic of the upper layer into a close.
func (p *Conn) guard() {
	if r := recover(); r != nil {
		p.engine.o.Log.Error().Interface("panic", r).Bytes("stack", debug.Stack()).Msg("a message handler panicked")
		p.Close(protocol.CloseInternal, "Internal error")
		p.linger(errUnusable)
	}
}

// leave undoes everything, last of all.
func (p *Conn) leave() {
	_ = p.conn.Close() // with TLS's goodbye when there is room for one
	p.outbox.shut()
	p.mu.Lock()
	p.dead = true
	subs := p.subs
	p.subs, p.pong = nil, nil
	p.setOut(nil)
	for _, s := range subs {
		s.detach()
	}
	p.mu.Unlock()
	_ = p.ws.CloseNow()
	p.closed()
	p.engine.unread.part(p.source)
	p.engine.strike(p)
}
