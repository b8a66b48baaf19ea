package ecast_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors/session"
	"partyline/gateway/ecast"
	"partyline/gateway/ecast/fake"
)

// world is a service and a client in a bubble, joined by pipes.
type world struct {
	t       *testing.T
	service *fake.Service
	client  *ecast.Client
	jitter  float64
	lines   pipes

	mu     sync.Mutex
	sights []string
	cancel context.CancelFunc
	back   chan error
}

// inWorld runs a test in a bubble, and wants every connection closed at its end.
func inWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, service: fake.New(), lines: pipes{calls: make(chan net.Conn), closed: make(chan struct{})}}
		server := &http.Server{Handler: w.service}
		var served sync.WaitGroup
		served.Go(func() { _ = server.Serve(&w.lines) })
		var err error
		w.client, err = ecast.New(ecast.Options{BaseURL: "http://ecast.test/api/v2", Dial: w.lines.dial, Jitter: func() float64 { return w.jitter }})
		if err != nil {
			t.Fatal(err)
		}
		f(w)
		w.end()
		if open, _ := w.service.Connections(); open != 0 {
			t.Errorf("%d WebSockets are left open", open)
		}
		if n := w.lines.open(); n != 0 {
			t.Errorf("%d connections are left open", n)
		}
		_ = server.Close()
		served.Wait()
	})
}

// observe begins to look at a room.
func (w *world) observe(code string) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.back = cancel, make(chan error, 1)
	go func() { w.back <- w.client.Observe(ctx, code, w.see) }()
	synctest.Wait()
}

func (w *world) see(s session.Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	count := "-"
	if s.PlayerCount != nil {
		count = fmt.Sprint(*s.PlayerCount)
	}
	w.sights = append(w.sights, s.Status+" "+count)
}

// seen is what was told, each only when it is another than the one before.
func (w *world) seen() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Compact(slices.Clone(w.sights))
}

func (w *world) want(sights ...string) {
	w.t.Helper()
	if got := w.seen(); !slices.Equal(got, sights) {
		w.t.Fatalf("saw %q, want %q", got, sights)
	}
}

// wantBack wants the observation to have ended, with an error or without.
func (w *world) wantBack(failed bool) error {
	w.t.Helper()
	synctest.Wait()
	select {
	case err := <-w.back:
		w.back <- err
		if (err != nil) != failed {
			w.t.Fatalf("came back with %v", err)
		}
		return err
	default:
		w.t.Fatal("is not back")
		return nil
	}
}

func (w *world) wantAway() {
	w.t.Helper()
	synctest.Wait()
	select {
	case err := <-w.back:
		w.t.Fatalf("came back with %v", err)
	default:
	}
}

// end calls the observation back.
func (w *world) end() {
	if w.cancel != nil {
		w.cancel()
		<-w.back
		w.cancel = nil
	}
	synctest.Wait()
}

// rest lets everything happen that can happen within d.
func rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// sockets are the times at which WebSockets were asked for.
func (w *world) sockets() (at []time.Time, again []bool) {
	for _, r := range w.service.Asked() {
		if r.Role != "" {
			at, again = append(at, r.At), append(again, r.Again)
		}
	}
	return at, again
}

// looks is how often REST was asked for the room.
func (w *world) looks() (n int) {
	for _, r := range w.service.Asked() {
		if r.Role == "" && r.Path == "/api/v2/rooms/QUIP" {
			n++
		}
	}
	return n
}

// pipes are a network in memory.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
	mu     sync.Mutex
	lines  int
	// cut makes every call fail.
	cut error
	// swallow: what the client writes is lost.
	swallow bool
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	cut := p.cut
	p.mu.Unlock()
	if cut != nil {
		return nil, cut
	}
	near, far := net.Pipe()
	select {
	case p.calls <- far:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.lines++
		return &line{Conn: near, pipes: p}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = err
}

func (p *pipes) open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines
}

// line is the client's end of a connection.
type line struct {
	net.Conn
	pipes *pipes
	once  sync.Once
}

func (l *line) Write(b []byte) (int, error) {
	l.pipes.mu.Lock()
	swallow := l.pipes.swallow
	l.pipes.mu.Unlock()
	if swallow {
		return len(b), nil
	}
	return l.Conn.Write(b)
}

func (p *pipes) lose(everything bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.swallow = everything
}

func (l *line) Close() error {
	l.once.Do(func() {
		l.pipes.mu.Lock()
		defer l.pipes.mu.Unlock()
		l.pipes.lines--
	})
	return l.Conn.Close()
}

// Accept, Close and Addr make it a net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
