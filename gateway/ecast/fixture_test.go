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

	"partyline/actors/rules/session"
	"partyline/gateway/ecast"
	"partyline/gateway/ecast/fake"
)

// fixture is a fake service and a client in a synctest bubble, connected by pipes.
type fixture struct {
	t       *testing.T
	service *fake.Service
	client  *ecast.Client
	jitter  float64
	network pipeNetwork

	mu       sync.Mutex
	reported []string
	cancel   context.CancelFunc
	result   chan error
}

// runInBubble runs a test in a bubble, and fails if a connection is left open at its end.
func runInBubble(t *testing.T, run func(f *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{t: t, service: fake.New(), network: pipeNetwork{calls: make(chan net.Conn), closed: make(chan struct{})}}
		server := &http.Server{Handler: f.service}
		var served sync.WaitGroup
		served.Go(func() { _ = server.Serve(&f.network) })
		var err error
		f.client, err = ecast.New(ecast.Options{BaseURL: "http://ecast.test/api/v2", Dial: f.network.dial, Jitter: func() float64 { return f.jitter }})
		if err != nil {
			t.Fatal(err)
		}
		run(f)
		f.stop()
		if open, _ := f.service.Connections(); open != 0 {
			t.Errorf("%d WebSockets are left open", open)
		}
		if n := f.network.open(); n != 0 {
			t.Errorf("%d connections are left open", n)
		}
		_ = server.Close()
		served.Wait()
	})
}

// observe starts to observe a room.
func (f *fixture) observe(code string) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel, f.result = cancel, make(chan error, 1)
	go func() { f.result <- f.client.Observe(ctx, code, f.record) }()
	synctest.Wait()
}

func (f *fixture) record(s session.Observation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	count := "-"
	if s.PlayerCount != nil {
		count = fmt.Sprint(*s.PlayerCount)
	}
	f.reported = append(f.reported, s.Status+" "+count)
}

// observations are the reported ones, without repetitions.
func (f *fixture) observations() []string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Compact(slices.Clone(f.reported))
}

func (f *fixture) wantObservations(sights ...string) {
	f.t.Helper()
	if got := f.observations(); !slices.Equal(got, sights) {
		f.t.Fatalf("saw %q, want %q", got, sights)
	}
}

// wantEnded fails unless Observe has returned, with an error or without.
func (f *fixture) wantEnded(failed bool) error {
	f.t.Helper()
	synctest.Wait()
	select {
	case err := <-f.result:
		f.result <- err
		if (err != nil) != failed {
			f.t.Fatalf("Observe returned %v", err)
		}
		return err
	default:
		f.t.Fatal("Observe has not returned")
		return nil
	}
}

func (f *fixture) wantRunning() {
	f.t.Helper()
	synctest.Wait()
	select {
	case err := <-f.result:
		f.t.Fatalf("Observe returned %v", err)
	default:
	}
}

// stop cancels the observation.
func (f *fixture) stop() {
	if f.cancel != nil {
		f.cancel()
		<-f.result
		f.cancel = nil
	}
	synctest.Wait()
}

// advance lets everything happen that can happen within d.
func advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// sockets are the times at which WebSockets were requested.
func (f *fixture) sockets() (at []time.Time, again []bool) {
	for _, r := range f.service.Asked() {
		if r.Role != "" {
			at, again = append(at, r.At), append(again, r.Again)
		}
	}
	return at, again
}

// lookups is how often REST was asked for the room.
func (f *fixture) lookups() (n int) {
	for _, r := range f.service.Asked() {
		if r.Role == "" && r.Path == "/api/v2/rooms/QUIP" {
			n++
		}
	}
	return n
}

// pipeNetwork is a network in memory.
type pipeNetwork struct {
	calls     chan net.Conn
	closed    chan struct{}
	once      sync.Once
	mu        sync.Mutex
	openConns int
	// dialErr makes every dial fail.
	dialErr error
	// dropWrites: what the client writes is lost.
	dropWrites bool
}

func (p *pipeNetwork) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	cut := p.dialErr
	p.mu.Unlock()
	if cut != nil {
		return nil, cut
	}
	near, far := net.Pipe()
	select {
	case p.calls <- far:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.openConns++
		return &pipeConn{Conn: near, pipes: p}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipeNetwork) failDials(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialErr = err
}

func (p *pipeNetwork) open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.openConns
}

// pipeConn is the client's end of a connection.
type pipeConn struct {
	net.Conn
	pipes *pipeNetwork
	once  sync.Once
}

func (c *pipeConn) Write(b []byte) (int, error) {
	c.pipes.mu.Lock()
	swallow := c.pipes.dropWrites
	c.pipes.mu.Unlock()
	if swallow {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (p *pipeNetwork) setDropWrites(everything bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropWrites = everything
}

func (c *pipeConn) Close() error {
	c.once.Do(func() {
		c.pipes.mu.Lock()
		defer c.pipes.mu.Unlock()
		c.pipes.openConns--
	})
	return c.Conn.Close()
}

// Accept, Close and Addr implement net.Listener.
func (p *pipeNetwork) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipeNetwork) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipeNetwork) Addr() net.Addr { return &net.TCPAddr{} }
