package outbound_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
	"partyline/protocol"
)

func dispatchTo(id protocol.WebhookID, url string) webhook.Dispatch {
	return dispatchWith(url, func(d *webhook.Dispatch) { d.Webhook = id })
}

func TestAWebhookKeepsOneConnection(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("a", 60<<10)) })
	s := newSender(t)
	for range 20 {
		wantStatus(t, deliver(t, s, dispatchTo(1, r.URL)), 200)
	}
	if opened, _ := r.connections(); opened != 1 {
		t.Errorf("%d connections for one webhook", opened)
	}
	wantStatus(t, deliver(t, s, dispatchTo(2, r.URL)), 200)
	if opened, _ := r.connections(); opened != 2 {
		t.Errorf("%d connections for two webhooks", opened)
	}
}

func TestLongResponseClosesTheConnection(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("a", 8<<20)) })
	s := newSender(t)
	for n := range 2 {
		wantStatus(t, deliver(t, s, dispatchTo(1, r.URL)), 200)
		if opened, _ := r.connections(); opened != n+1 {
			t.Errorf("%d connections after attempt %d", opened, n+1)
		}
	}
}

func TestForgetClosesTheConnectionOfThatWebhook(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	s := newSender(t)
	deliver(t, s, dispatchTo(1, r.URL))
	deliver(t, s, dispatchTo(2, r.URL))
	s.Forget(1)
	s.Forget(1)
	s.Forget(99)
	eventually(t, "one connection is left", func() bool { _, open := r.connections(); return open == 1 })
	deliver(t, s, dispatchTo(2, r.URL))
	if opened, _ := r.connections(); opened != 2 {
		t.Errorf("%d connections", opened)
	}
	wantStatus(t, deliver(t, s, dispatchTo(1, r.URL)), 200)
}

func TestForgetLetsTheAttemptInFlightEnd(t *testing.T) {
	t.Parallel()
	reached, answer := make(chan struct{}), make(chan struct{})
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-answer
	})
	s := newSender(t)
	done := make(chan webhook.Attempt, 1)
	go func() { done <- s.Deliver(context.Background(), dispatchTo(1, r.URL)) }()
	<-reached
	s.Forget(1)
	close(answer)
	wantStatus(t, <-done, 200)
	eventually(t, "its connection is closed", func() bool { _, open := r.connections(); return open == 0 })
}

func TestConnectionsOfUnusedWebhooksAreClosed(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	var clock atomic.Int64
	clock.Store(time.Now().UnixNano())
	s := newSender(t, func(o *outbound.Options) { o.Now = func() time.Time { return time.Unix(0, clock.Load()) } })
	deliver(t, s, dispatchTo(1, r.URL))
	clock.Add(int64(3 * time.Minute))
	deliver(t, s, dispatchTo(2, r.URL))
	clock.Add(int64(3 * time.Minute))
	deliver(t, s, dispatchTo(3, r.URL))
	eventually(t, "the first is closed", func() bool { _, open := r.connections(); return open == 2 })
}

func TestIdleConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	const most = outbound.DefaultMaxConnections
	r := newReceiver(t, nil)
	s := newSender(t)
	for id := range protocol.WebhookID(most + 10) {
		wantStatus(t, deliver(t, s, dispatchTo(id, r.URL)), 200)
	}
	eventually(t, "the oldest are closed", func() bool { _, open := r.connections(); return open == most })
	deliver(t, s, dispatchTo(most, r.URL)) // a recent one is still there
	if opened, _ := r.connections(); opened != most+10 {
		t.Errorf("%d connections, want %d", opened, most+10)
	}
}

// closeAfter is a server that answers the first requests of a connection, and closes it while
// the next is under way.
func closeAfter(answered int, requests *atomic.Int64) func(net.Conn) {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for n := 0; readRequest(in); n++ {
			requests.Add(1)
			if n == answered {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	}
}

func TestKeptConnectionClosedByTheServerIsRetried(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	s := newRawServer(t, "127.0.0.1:0", closeAfter(1, &requests))
	c := newSender(t)
	for range 4 {
		wantStatus(t, deliver(t, c, dispatch(s.url)), 200)
	}
	if s.accepted() != 4 || requests.Load() != 7 {
		t.Errorf("%d connections, %d requests", s.accepted(), requests.Load())
	}
}

func TestNewConnectionClosedByTheServerIsNotRetried(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	s := newRawServer(t, "127.0.0.1:0", closeAfter(0, &requests))
	wantFailure(t, deliver(t, newSender(t), dispatch(s.url)), webhook.FailureHTTP, "closed before")
	if s.accepted() != 1 || requests.Load() != 1 {
		t.Errorf("%d connections, %d requests", s.accepted(), requests.Load())
	}
}

func TestHungEndpointDoesNotDelayOthers(t *testing.T) {
	t.Parallel()
	hung := newRawServer(t, "127.0.0.1:0", hang)
	r := newReceiver(t, nil)
	s := newSender(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan webhook.Attempt, 1)
	go func() { done <- s.Deliver(ctx, dispatchTo(1, hung.url)) }()
	eventually(t, "the hung one is under way", func() bool { return hung.accepted() == 1 })
	for id := range protocol.WebhookID(50) {
		wantStatus(t, deliver(t, s, dispatchTo(2+id, r.URL)), 200)
	}
	cancel()
	wantFailure(t, <-done, webhook.FailureTimeout, "canceled")
}
