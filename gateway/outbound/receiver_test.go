package outbound_test

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// receiver is an endpoint that records requests.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	opened int
	open   int
}

type received struct {
	header http.Header
	body   []byte
	path   string
	host   string
}

// newReceiver answers with the handler, or 200 when it is nil.
func newReceiver(t testing.TB, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := newReceiverUnstarted(answer)
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func newReceiverUnstarted(answer http.HandlerFunc) *receiver {
	r := &receiver{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body) // missing bytes fail the checks
		r.mu.Lock()
		r.got = append(r.got, received{req.Header, b, req.URL.RequestURI(), req.Host})
		r.mu.Unlock()
		if answer != nil {
			answer(w, req)
		}
	}))
	r.Config.ConnState = r.count
	return r
}

func (r *receiver) count(_ net.Conn, s http.ConnState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch s {
	case http.StateNew:
		r.opened++
		r.open++
	case http.StateClosed, http.StateHijacked:
		r.open--
	}
}

// connections is how many were opened, and how many are open.
func (r *receiver) connections() (opened, open int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened, r.open
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

func (r *receiver) last(t testing.TB) received {
	t.Helper()
	got := r.all()
	if len(got) == 0 {
		t.Fatal("nothing was received")
	}
	return got[len(got)-1]
}

// rawServer lets a function play the server, one connection at a time or several.
type rawServer struct {
	url      string
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
	running  sync.WaitGroup
}

// newRawServer listens on an address of loopback with a port of its own, or a given one.
func newRawServer(t testing.TB, listen string, play func(net.Conn)) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{url: "http://" + l.Addr().String(), listener: l}
	s.running.Go(func() { s.accept(play) })
	t.Cleanup(s.close)
	return s
}

func (s *rawServer) accept(play func(net.Conn)) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, conn)
		s.mu.Unlock()
		s.running.Go(func() {
			defer func() { _ = conn.Close() }()
			play(conn)
		})
	}
}

func (s *rawServer) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for _, conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}

// accepted is how many connections came.
func (s *rawServer) accepted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// port is the server's, as text.
func (s *rawServer) port() string {
	_, port, _ := net.SplitHostPort(s.listener.Addr().String()) // a listener's address has one
	return port
}

// afterRequest is a server that reads a whole request first.
func afterRequest(play func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		if readRequest(bufio.NewReader(conn)) {
			play(conn)
		}
	}
}

// quiet drops a test server's log of its clients.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func readRequest(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err == nil
}

// answering is a server that sends these bytes and closes.
func answering(text string) func(net.Conn) {
	return afterRequest(func(conn net.Conn) { _, _ = io.WriteString(conn, text) })
}

// hang waits until the client is gone.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
