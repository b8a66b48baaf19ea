package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"partyline/protocol/client"
)

const (
	// readBuffer holds some thirty events: what a server sends in one write.
	readBuffer = 8 << 10
	// maxMessage bounds what one message makes us allocate: a snapshot of a long
	// evening is far smaller.
	maxMessage = 16 << 20
	// maxControl is RFC 6455's bound for control frames (section 5.5).
	maxControl = 125
	// writeTimeout ends a connection whose server has stopped reading.
	writeTimeout = 10 * time.Second
)

// The opcodes of RFC 6455, section 5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// ErrProtocol is wrapped by errors about frames that RFC 6455 forbids.
var ErrProtocol = errors.New("websocket protocol violated")

// Conn is the client's end of a WebSocket. One goroutine reads; Send and Close may
// be called from any.
type Conn struct {
	// net belongs to the reader; others take it under swap.
	net  net.Conn
	swap sync.Mutex
	// closed outlives an exchange of net.
	closed bool
	buf    []byte
	// buf[r:w] is read and not yet taken.
	r, w  int
	parts []byte
	// within means that parts has the beginning of a message.
	within bool
	at     time.Time

	mu  sync.Mutex
	out []byte
	key uint32
}

func newConn(c net.Conn, rest []byte) *Conn {
	conn := &Conn{net: c, buf: make([]byte, max(readBuffer, len(rest))), key: 0x9e3779b9, at: time.Now()}
	conn.w = copy(conn.buf, rest)
	return conn
}

// Next waits for the next text message. The slice is valid until the following
// call. Pings are answered on the way. A close frame is a *client.CloseError.
func (c *Conn) Next() ([]byte, error) {
	for {
		f, ok, err := c.take()
		if err != nil {
			return nil, err
		}
		if !ok {
			if err := c.fill(); err != nil {
				return nil, err
			}
			continue
		}
		payload, err := c.accept(f)
		if payload != nil || err != nil {
			return payload, err
		}
	}
}

// Ready is whether another whole frame is buffered, so that Next will not wait.
func (c *Conn) Ready() bool {
	f, ok, err := parse(c.buf[c.r:c.w])
	return err != nil || (ok && f.size <= c.w-c.r)
}

// At is when the bytes of the last message arrived.
func (c *Conn) At() time.Time { return c.at }

// SetReadDeadline ends a waiting Next at that time; the zero time means never.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.net.SetReadDeadline(t) }

// Close cuts the connection without a closing handshake, as a lost network would.
func (c *Conn) Close() error {
	c.swap.Lock()
	defer c.swap.Unlock()
	c.closed = true
	return c.net.Close()
}

// exchange replaces the connection; only the reader may call it.
func (c *Conn) exchange(n net.Conn) {
	c.swap.Lock()
	defer c.swap.Unlock()
	c.net = n
	if c.closed {
		_ = n.Close()
	}
}

func (c *Conn) socket() net.Conn {
	c.swap.Lock()
	defer c.swap.Unlock()
	return c.net
}

// take cuts the next whole frame out of the buffer.
func (c *Conn) take() (frame, bool, error) {
	f, ok, err := parse(c.buf[c.r:c.w])
	if err != nil || !ok {
		return f, false, err
	}
	if f.size > c.w-c.r {
		c.room(f.size)
		return f, false, nil
	}
	f.payload = c.buf[c.r+f.size-f.length : c.r+f.size]
	c.r += f.size
	return f, true, nil
}

// accept returns the payload of a whole message, nil when there is none yet. An empty message is
// an empty slice, not nil.
func (c *Conn) accept(f frame) ([]byte, error) {
	switch f.op {
	case opPing:
		return nil, c.send(opPong, f.payload)
	case opPong:
		return nil, nil
	case opClose:
		return nil, closeError(f.payload)
	case opText:
		if c.within {
			return nil, fmt.Errorf("%w: a new message within another", ErrProtocol)
		}
		if f.fin {
			return f.payload, nil
		}
		c.within, c.parts = true, append(c.parts[:0], f.payload...)
		return nil, nil
	case opContinuation:
		return c.continued(f)
	}
	return nil, fmt.Errorf("%w: opcode %#x", ErrProtocol, f.op)
}

func (c *Conn) continued(f frame) ([]byte, error) {
	if !c.within || len(c.parts)+f.length > maxMessage {
		return nil, fmt.Errorf("%w: a continuation of nothing, or of too much", ErrProtocol)
	}
	c.parts = append(c.parts, f.payload...)
	if !f.fin {
		return nil, nil
	}
	c.within = false
	return c.parts, nil
}

// fill reads once, moving what is left to the front first.
func (c *Conn) fill() error {
	if c.r == c.w {
		c.r, c.w = 0, 0
	} else if c.w == len(c.buf) {
		c.room(c.w - c.r + 1)
	}
	n, err := c.net.Read(c.buf[c.w:])
	if n == 0 {
		return err
	}
	c.w += n
	c.at = time.Now()
	return nil
}

// room makes space for a frame of that many bytes.
func (c *Conn) room(size int) {
	if c.r+size <= len(c.buf) {
		return
	}
	to := c.buf
	if size > len(c.buf) {
		to = make([]byte, max(size, 2*len(c.buf)))
	}
	c.w = copy(to, c.buf[c.r:c.w])
	c.r, c.buf = 0, to
}

func closeError(payload []byte) error {
	const noStatus = 1005
	if len(payload) < 2 {
		return &client.CloseError{Code: noStatus}
	}
	return &client.CloseError{Code: int(binary.BigEndian.Uint16(payload)), Reason: string(payload[2:])}
}

// errLater is the error of a read from a polled connection without data.
var errLater = errors.New("nothing to read yet")

// serve calls f with every message until the connection ends or, where reads do not wait, there is
// none.
func (c *Conn) serve(f func(message []byte)) error {
	for {
		message, err := c.Next()
		if err != nil {
			return err
		}
		f(message)
	}
}

// Kind names an error of a connection for a report: few names, many errors.
func Kind(err error) string {
	var closed *client.CloseError
	switch {
	case err == nil:
		return "ended"
	case errors.As(err, &closed):
		return "closed " + strconv.Itoa(closed.Code) + " " + closed.Reason
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return "disconnected"
	}
	return err.Error()
}
