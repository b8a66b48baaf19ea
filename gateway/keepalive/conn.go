package keepalive

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// Conn is a connection that was taken over, and the http.ResponseWriter of the request that is
// being answered. It serves one goroutine, the handler's of the request with which it was
// taken over.
type Conn struct {
	// Body is the body of the request that Next has found, valid until the next call.
	Body []byte
	// At is when Next found it.
	At time.Time

	keeper  *Keeper
	server  *http.Server
	conn    net.Conn
	in      *bufio.Reader // net/http's own, with what it has read ahead
	request *http.Request // the one with which the connection was taken over
	head    *head         // nil until the first request that comes after it
	size    int           // of the request that is served, in bytes
	serving bool          // a request is being served: else the connection may not go on
	partial bool          // a part of the next request has been waited for
	readBy  time.Time     // the deadlines that are set
	writeBy time.Time
	response
}

// withSlack is the time for which a deadline is set that has to hold for at least so long: it
// is set once in a while then, and not for each request.
func withSlack(timeout time.Duration) time.Duration { return timeout + timeout/8 }

// Next waits for the next request and says whether it is one more with the head of those
// before. When it returns false the caller calls End.
func (c *Conn) Next() bool {
	if c.serving && (!c.sent || c.last) {
		return false // behind the last answer a client sends its requests again, elsewhere
	}
	_, _ = c.in.Discard(c.size) // they are buffered
	c.size, c.serving, c.partial, c.Body = 0, false, false, nil
	for {
		read, _ := c.in.Peek(c.in.Buffered())
		body, size, f := c.find(read)
		switch f {
		case foundRequest:
			c.Body, c.At, c.size, c.serving = body, time.Now(), size, true
			c.response.reset()
			return true
		case foundOther:
			return false
		case foundPart:
		}
		if !c.await(len(read)) {
			return false
		}
	}
}

// fewestBytes are what net/http waits for before it takes them for a request. A connection that
// ends with fewer is closed without an answer.
const fewestBytes = 4

func (c *Conn) find(read []byte) (body []byte, size int, f found) {
	if len(read) < fewestBytes {
		return nil, 0, foundPart
	}
	if c.head == nil {
		h, f := learn(read, c.request)
		if f != foundRequest {
			return nil, 0, f
		}
		c.head = &h
	}
	return c.head.request(read)
}

// await waits for a byte beyond those that have been read. A connection may be idle as long as
// one of net/http; a request that has begun has the time of a head to be there whole.
func (c *Conn) await(read int) bool {
	now := time.Now()
	switch {
	case read == 0 && c.server.IdleTimeout > 0 && c.readBy.Before(now.Add(c.server.IdleTimeout)):
		c.setReadDeadline(now.Add(withSlack(c.server.IdleTimeout)))
	case read > 0 && c.server.ReadHeaderTimeout > 0 && !c.partial:
		c.setReadDeadline(now.Add(c.server.ReadHeaderTimeout))
		c.partial = true
	}
	if c.keeper.draining.Load() { // looked at behind the deadline, which Drain changes
		return false
	}
	_, err := c.in.Peek(read + 1)
	return err == nil
}

func (c *Conn) setReadDeadline(at time.Time) {
	c.readBy = at
	_ = c.conn.SetReadDeadline(at) // a connection that is gone says so when it is read
}

// End gives the connection back to net/http with what has been read and is no request with the
// known head, or closes it when that is no more than the end of the connection, or when a
// request was left without its answer.
func (c *Conn) End() {
	c.keeper.remove(c)
	rest, _ := c.in.Peek(c.in.Buffered())
	if c.serving || c.last || len(rest) < fewestBytes || !c.giveBack(rest) {
		_ = c.conn.Close() // nobody waits for more
	}
	c.keeper.connections.KeptEnded(c.conn)
}
