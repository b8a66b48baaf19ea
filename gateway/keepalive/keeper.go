package keepalive

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"partyline/gateway/limit"
)

// Keeper takes connections over and knows those that it has. Its methods may be called from
// any goroutine.
type Keeper struct {
	connections *limit.Connections
	draining    atomic.Bool

	mu    sync.Mutex
	open  map[*Conn]struct{}
	ended chan struct{} // receives, while draining, when the last one has ended
}

// NewKeeper makes a Keeper without connections; it counts those that it takes over.
func NewKeeper(connections *limit.Connections) *Keeper {
	return &Keeper{connections: connections, open: make(map[*Conn]struct{}), ended: make(chan struct{}, 1)}
}

// Take takes the connection of a request over, which has been read whole and not been
// answered: the answer is written to the Conn, with what is in the header of w already. It
// returns nil, and leaves the connection as it is, unless its client has sent several such
// requests one after the other and may send more. Of a request that Take is not asked for,
// Other must be called.
func (k *Keeper) Take(w http.ResponseWriter, r *http.Request) *Conn {
	t := trackerOf(r)
	if t == nil || !t.again() || !repeatable(r) {
		return nil
	}
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	hijacker, ok := w.(http.Hijacker)
	if server == nil || !ok {
		return nil
	}
	c := &Conn{keeper: k, server: server, request: r, At: time.Now(), serving: true, response: response{header: w.Header()}}
	if !k.add(c) {
		return nil
	}
	conn, rw, err := hijacker.Hijack()
	if err != nil {
		k.remove(c)
		return nil // it is net/http's still
	}
	k.connections.Kept(conn)
	k.mu.Lock()
	defer k.mu.Unlock()
	c.conn, c.in = conn, rw.Reader
	return c
}

// add adds a connection before it is taken over, so that Drain waits for its answer.
func (k *Keeper) add(c *Conn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.draining.Load() {
		return false
	}
	k.open[c] = struct{}{}
	return true
}

// repeatable says whether a request can be sent again with the same head: a POST of HTTP/1.1,
// not by TLS, whose body has a length, and that asks nothing of the connection.
func repeatable(r *http.Request) bool {
	return r.Method == http.MethodPost && r.ProtoMajor == 1 && r.ProtoMinor == 1 && r.TLS == nil && r.ContentLength > 0 && len(r.TransferEncoding) == 0 &&
		!r.Close && r.Trailer == nil && r.Header["Expect"] == nil && r.Header["Upgrade"] == nil
}

func (k *Keeper) remove(c *Conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.open, c)
	if len(k.open) == 0 && k.draining.Load() {
		select {
		case k.ended <- struct{}{}:
		default:
		}
	}
}

// Drain takes nothing over any more, and waits until every connection has ended: those that
// wait for a request at once, the others when it is answered.
func (k *Keeper) Drain(ctx context.Context) error {
	if k.stop(func(conn net.Conn) { _ = conn.SetReadDeadline(time.Unix(1, 0)) }) == 0 { // it ends the wait
		return nil
	}
	select {
	case <-k.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close cuts all connections. It does not wait.
func (k *Keeper) Close() {
	k.stop(func(conn net.Conn) { _ = conn.Close() }) // nobody waits for more
}

// stop takes nothing over any more, and calls end with every connection that was taken over
// before. It returns how many there are.
func (k *Keeper) stop(end func(net.Conn)) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.draining.Store(true)
	for c := range k.open {
		if c.conn != nil { // else it is being taken over, and ends with its first answer
			end(c.conn)
		}
	}
	return len(k.open)
}
