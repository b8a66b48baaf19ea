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

// errBadMessage ends a reader whose client sent something that is not UTF-8 text.
var errBadMessage = errors.New("fanout: the message is not UTF-8 text")

// Serve starts the connection's reader and returns. onMessage is called with each text message,
// in order, one at a time; the bytes are valid until it returns, and the next message is read
// after that. onClosed is called once, last, when the connection has ended, for whatever reason.
func (c *Conn) Serve(receive func(message []byte), closed func()) {
	c.onMessage, c.onClosed = receive, closed
	if !c.engine.addConn(c) {
		c.abort()
		_ = c.ws.CloseNow()
		c.engine.unread.removeConn(c.address)
		closed()
		return
	}
	if c.engine.draining.Load() {
		c.closeForDrain() // draining began after Accept looked
	}
}

// messagesPerReader is how many messages of one heartbeat are handled by a goroutine each:
// more than a screen sends, auth and subscribe, and few enough to cost a busy bot nothing.
const messagesPerReader = 4

// runReader is the connection's one lasting goroutine, or rather a relay of them. Handling a
// message takes a stack of 8 KiB or more, waiting for the next one half of that, and a stack
// shrinks only when three quarters of it are free: so a client that says little is waited for
// by a goroutine that has not handled anything yet.
func (c *Conn) runReader() {
	if c.readMessages() {
		c.engine.startTask(c.runReader)
		return
	}
	c.cleanUp()
}

// readMessages handles messages. It returns true when a fresh goroutine should take over, and
// false when there are no more messages.
func (c *Conn) readMessages() (more bool) {
	defer c.recoverPanic()
	for {
		if err := c.readMessage(); err != nil {
			c.discardUntilClosed(err)
			return false
		}
		c.awaitOutboxSpace()
		if c.shouldHandOff() {
			return true
		}
	}
}

// shouldHandOff is true for the first messagesPerReader messages of each heartbeat: then a
// fresh goroutine with a small stack takes over reading.
func (c *Conn) shouldHandOff() bool {
	if tick := c.engine.heartbeats.Load(); c.handled.tick != tick {
		c.handled.tick, c.handled.count = tick, 0
	}
	c.handled.count++
	return c.handled.count <= messagesPerReader
}

// awaitOutboxSpace waits until the client has read enough of its replies. Nothing is read from
// the client meanwhile, so it counts as heard when the wait is over.
func (c *Conn) awaitOutboxSpace() {
	if c.outbox.hasSpace() {
		return
	}
	c.readPaused.Store(true)
	c.outbox.awaitSpace()
	c.lastHeard.Store(c.engine.heartbeats.Load())
	c.readPaused.Store(false)
}

// readMessage reads one message and passes it to onMessage. The buffer is held only while
// there is a message: most clients are silent most of the time.
func (c *Conn) readMessage() error {
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return err
	}
	if kind != websocket.MessageText {
		c.Close(protocol.CloseBadData, "Text messages only")
		return errBadMessage
	}
	buf := c.engine.readBuffers.Get().(*[]byte)
	defer c.engine.readBuffers.Put(buf)
	if *buf, err = readAll(r, (*buf)[:0]); err != nil {
		return err
	}
	if !utf8.Valid(*buf) {
		c.Close(protocol.CloseInvalidUTF8, "Text must be UTF-8")
		return errBadMessage
	}
	c.onMessage(*buf)
	return nil
}

func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(readBufferSize, cap(b)))...)[:len(b)]
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

// discardUntilClosed reads and discards, after an error for which a close frame was sent,
// until the client has ended the connection or closeTimeout has passed. Closing with unread
// bytes would reset the connection, and the client would never read the reason.
func (c *Conn) discardUntilClosed(err error) {
	if c.outbox.closing() && websocket.CloseStatus(err) == -1 {
		_, _ = io.Copy(io.Discard, (*libraryConn)(c))
	}
}

// recoverPanic turns a panic of a message handler into a close.
func (c *Conn) recoverPanic() {
	if r := recover(); r != nil {
		c.engine.options.Log.Error().Interface("panic", r).Bytes("stack", debug.Stack()).Msg("a message handler panicked")
		c.Close(protocol.CloseInternal, "Internal error")
		c.discardUntilClosed(errBadMessage)
	}
}

// cleanUp ends the connection's subscriptions and removes it from the engine. It is the last
// thing the reader does.
func (c *Conn) cleanUp() {
	_ = c.netConn.Close() // TLS sends its alert when there is room for it
	c.outbox.close()
	c.mu.Lock()
	c.dead = true
	subs := c.subs
	c.subs, c.pendingPong = nil, nil
	c.setReplies(nil)
	for _, s := range subs {
		s.detach()
	}
	c.mu.Unlock()
	_ = c.ws.CloseNow()
	c.onClosed()
	c.engine.unread.removeConn(c.address)
	c.engine.removeConn(c)
}
