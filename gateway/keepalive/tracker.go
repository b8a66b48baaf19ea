package keepalive

import (
	"context"
	"net"
	"net/http"
)

// firstRun is how many requests in a row that can be repeated a connection needs to be taken
// over for the first time. Each time that it is given back it needs twice as many: taking over
// and giving back cost as much as some requests, which a client that mixes its requests must
// not pay for each.
const firstRun = 2

// tracker counts the requests in a row on one connection of HTTP/1.1 that can be repeated. It
// belongs to the connection's goroutine.
type tracker struct{ run, needed int }

type trackerKey struct{}

// ConnContext is for http.Server.ConnContext; without it no connection is taken over.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	t := &tracker{needed: firstRun}
	if back, ok := conn.(*returnedConn); ok {
		t.needed = back.needed
	}
	return context.WithValue(ctx, trackerKey{}, t)
}

// trackerOf is the tracker of a request's connection, nil when there is none or when several
// requests are served on it at once.
func trackerOf(r *http.Request) *tracker {
	if r.ProtoMajor != 1 {
		return nil
	}
	t, _ := r.Context().Value(trackerKey{}).(*tracker)
	return t
}

// again counts one more request, and says whether there were enough.
func (t *tracker) again() bool {
	t.run++
	return t.run >= t.needed
}

// Other notes that a request came that is not to be repeated.
func Other(r *http.Request) {
	if t := trackerOf(r); t != nil {
		t.run = 0
	}
}
