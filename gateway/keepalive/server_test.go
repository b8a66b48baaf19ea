package keepalive_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"partyline/gateway/keepalive"
	"partyline/gateway/limit"
)

// echo answers each request with what it understood of it. It has the connections of posts to
// /vote taken over.
type echo struct {
	keeper  *keepalive.Keeper
	kept    atomic.Int64       // requests that were served on connections taken over
	waiting chan chan struct{} // is sent to by a request whose body is "wait"
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		http.Error(w, "body", http.StatusBadRequest)
		return
	case r.Method != http.MethodPost || r.URL.Path != "/vote":
		keepalive.Other(r)
		e.answer(w, r, body)
		return
	}
	c := e.keeper.Take(w, r)
	if c == nil {
		e.answer(w, r, body)
		return
	}
	defer c.End()
	e.kept.Add(1)
	e.answer(c, r, body)
	for c.Next() {
		e.kept.Add(1)
		e.answer(c, r, c.Body)
	}
}

func (e *echo) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	if string(body) == "wait" {
		goOn := make(chan struct{})
		e.waiting <- goOn
		<-goOn
	}
	var said bytes.Buffer
	fmt.Fprintf(&said, "%s %s %s %q\n", r.Method, r.RequestURI, r.Host, body)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name != "Content-Length" {
			fmt.Fprintf(&said, "%s: %q\n", name, r.Header[name])
		}
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(said.Len()))
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(said.Bytes())
}

// newServer serves an echo, whose connections may be taken over when keeps is true, and
// returns its address.
func newServer(t testing.TB, keeps bool, change ...func(*http.Server)) (*echo, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections := limit.NewConnections(limit.ConnectionOptions{})
	e := &echo{keeper: keepalive.NewKeeper(connections), waiting: make(chan chan struct{})}
	server := &http.Server{Handler: e, ConnState: connections.Track}
	if keeps {
		server.ConnContext = keepalive.ConnContext
	}
	for _, c := range change {
		c(server)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		e.keeper.Close()
		_ = server.Close()
		<-served
	})
	return e, l.Addr().String()
}

func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn.(*net.TCPConn)
}

// vote is a request that can be repeated.
func vote(body string) string {
	return fmt.Sprintf("POST /vote HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nAuthorization: Bearer 1\r\n\r\n%s", len(body), body)
}

// cast sends votes one after the other, each when the one before is answered.
func cast(t testing.TB, conn net.Conn, in *bufio.Reader, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		_, _ = io.WriteString(conn, vote(body))
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		if want := fmt.Sprintf("POST /vote x %q\nAuthorization: [\"Bearer 1\"]\n", body); err != nil || string(got) != want {
			t.Fatalf("%q %v, want %q", got, err, want)
		}
	}
}

func TestVotesInARowAreServedWithoutNetHTTP(t *testing.T) {
	e, addr := newServer(t, true)
	conn := dial(t, addr)
	cast(t, conn, bufio.NewReader(conn), "a", "bb", "ccc", "0123456789", "e")
	if n := e.kept.Load(); n != 4 {
		t.Errorf("%d of 5 votes on a connection taken over, want all but the first", n)
	}
}

// TestMixedRequestsAreTakenOverLessAndLess, so that nobody pays for it with each.
func TestMixedRequestsAreTakenOverLessAndLess(t *testing.T) {
	e, addr := newServer(t, true)
	conn := dial(t, addr)
	in := bufio.NewReader(conn)
	for range 100 {
		cast(t, conn, in, "a", "b")
		_, _ = io.WriteString(conn, "GET /other HTTP/1.1\r\nHost: x\r\n\r\n")
		if res, err := http.ReadResponse(in, nil); err != nil {
			t.Fatal(err)
		} else if _, err := io.ReadAll(res.Body); err != nil {
			t.Fatal(err)
		}
	}
	if n := e.kept.Load(); n != 1 {
		t.Errorf("%d votes on a connection taken over, want one before it is given back", n)
	}
}

func TestDrainEndsWhatWaitsAndAnswersWhatWasAsked(t *testing.T) {
	e, addr := newServer(t, true)
	idle, busy := dial(t, addr), dial(t, addr)
	idleIn, busyIn := bufio.NewReader(idle), bufio.NewReader(busy)
	cast(t, idle, idleIn, "a", "b", "c")
	cast(t, busy, busyIn, "a", "b", "c")
	_, _ = io.WriteString(busy, vote("wait"))
	goOn := <-e.waiting
	drained := make(chan error, 1)
	go func() { drained <- e.keeper.Drain(t.Context()) }()
	if _, err := idleIn.ReadByte(); err != io.EOF {
		t.Fatalf("the idle connection: %v, want its end", err)
	}
	select {
	case err := <-drained:
		t.Fatal("drained before the answer", err)
	default:
	}
	close(goOn)
	res, err := http.ReadResponse(busyIn, nil)
	if err != nil || !res.Close {
		t.Fatalf("%v %v, want an answer that says it is the last", res, err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if _, err := busyIn.ReadByte(); err != io.EOF {
		t.Fatalf("the other connection: %v, want its end", err)
	}
	if err := <-drained; err != nil {
		t.Fatal(err)
	}
	late := dial(t, addr)
	cast(t, late, bufio.NewReader(late), "a", "b", "c")
}

// TestNothingIsServedBehindTheLastAnswer: a client that is told that the connection ends sends
// again what is not answered, and a vote must not count twice.
func TestNothingIsServedBehindTheLastAnswer(t *testing.T) {
	e, addr := newServer(t, true)
	conn := dial(t, addr)
	in := bufio.NewReader(conn)
	cast(t, conn, in, "a", "b")
	_, _ = io.WriteString(conn, vote("wait")+vote("late"))
	goOn := <-e.waiting
	before := e.kept.Load()
	drained := make(chan error, 1)
	go func() { drained <- e.keeper.Drain(t.Context()) }()
	idle := dial(t, addr)
	for idleIn := bufio.NewReader(idle); ; { // until nothing is taken over, which is the drain's beginning
		cast(t, idle, idleIn, "a", "b", "c")
		if e.kept.Load() == before {
			break
		}
		before = e.kept.Load()
		idle.Close()
		idle = dial(t, addr)
		idleIn = bufio.NewReader(idle)
	}
	close(goOn)
	if res, err := http.ReadResponse(in, nil); err != nil || !res.Close {
		t.Fatalf("%v %v, want an answer that says it is the last", res, err)
	}
	if err := <-drained; err != nil {
		t.Fatal(err)
	}
	if n := e.kept.Load() - before; n != 0 {
		t.Errorf("%d requests were served behind the last answer", n)
	}
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	e, addr := newServer(t, true)
	conn := dial(t, addr)
	in := bufio.NewReader(conn)
	cast(t, conn, in, "a", "b")
	_, _ = io.WriteString(conn, vote("wait"))
	goOn := <-e.waiting
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.keeper.Drain(ctx); err == nil {
		t.Error("drained while a vote waits")
	}
	close(goOn)
}

// TestSlowClientsAreCutOff, as net/http does.
func TestSlowClientsAreCutOff(t *testing.T) {
	short := func(s *http.Server) {
		s.IdleTimeout, s.ReadHeaderTimeout, s.WriteTimeout = 40*time.Millisecond, 20*time.Millisecond, time.Second
	}
	for name, next := range map[string]string{"silence": "", "half a head": "POST /vote HTTP"} {
		t.Run(name, func(t *testing.T) {
			_, addr := newServer(t, true, short)
			conn := dial(t, addr)
			in := bufio.NewReader(conn)
			cast(t, conn, in, "a", "b", "c")
			_, _ = io.WriteString(conn, next)
			said, err := io.ReadAll(in)
			if err != nil {
				t.Fatalf("%q %v", said, err)
			}
		})
	}
}
