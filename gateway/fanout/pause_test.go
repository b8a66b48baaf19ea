package fanout_test

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// sendWithoutReading connects a client that sends requests until its reader is paused: its
// socket is full and so many replies wait that no more requests are read.
func sendWithoutReading(ts *testServer) *client {
	ts.t.Helper()
	c := ts.connect(true)
	request := masked(opText, append(append([]byte(`{"type":"request","id":"1","data":"`), padding[:50_000]...), `"}`...))
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for {
			if _, err := c.conn.Write(request); err != nil {
				return
			}
		}
	}()
	ts.t.Cleanup(func() {
		_ = c.conn.Close()
		<-asked
	})
	eventually(ts.t, "a paused reader", c.server.ReadPaused)
	return c
}

func expectNoConns(ts *testServer) {
	ts.t.Helper()
	eventually(ts.t, "the end of the connection", func() bool { return ts.engine.Stats().Connections == 0 })
}

// The paused reader must not wait for space in the outbox that nothing makes any more.
func TestBrokenConnectionWithPausedReaderIsRemoved(t *testing.T) {
	ts := newServer(t, fanout.Options{})
	c := sendWithoutReading(ts)
	_ = c.conn.(*net.TCPConn).SetLinger(0)
	_ = c.conn.Close()
	expectNoConns(ts)
}

// With TLS no close frame can follow a write that was cut off. The outbox must be full before
// the stall timeout ends, on a slow machine as well.
func TestStalledConnectionWithPausedReaderIsRemovedWithTLS(t *testing.T) {
	ts := newTLSServer(t, fanout.Options{StallTimeout: 10 * time.Second})
	sendWithoutReading(ts)
	expectNoConns(ts)
	if s := ts.engine.Stats(); s.ClosedSlow != 1 {
		t.Errorf("%+v", s)
	}
}

// Close waits neither for paused readers, nor for the TLS alerts one after the other.
func TestCloseDoesNotWaitForPausedReaders(t *testing.T) {
	ts := newTLSServer(t, fanout.Options{})
	for range 5 {
		sendWithoutReading(ts)
	}
	expectEngineCloses(ts)
}

// expectEngineCloses fails unless Close returns soon.
func expectEngineCloses(ts *testServer) {
	ts.t.Helper()
	var closed atomic.Bool
	go func() {
		ts.engine.Close()
		closed.Store(true)
	}()
	eventually(ts.t, "the end of the engine", closed.Load)
}

// Pongs are not read while the reader is paused: that does not make the client silent.
func TestPausedReaderDoesNotCountAsSilent(t *testing.T) {
	const limit = 8
	ts := newServer(t, fanout.Options{HeartbeatInterval: time.Hour})
	c := sendWithoutReading(ts)
	for range 3 * limit {
		ts.engine.Heartbeat(limit)
	}
	if s := ts.engine.Stats(); s.ClosedSilent != 0 || s.Connections != 1 {
		t.Fatalf("%+v", s)
	}
	for c.server.ReadPaused() { // the client reads its replies after all
		c.expect(protocol.MessageResponse)
	}
	ts.engine.Heartbeat(limit) // it counted as heard when reading went on
	if s := ts.engine.Stats(); s.ClosedSilent != 0 {
		t.Errorf("%+v", s)
	}
}

// A message of many TLS records may take longer than StallTimeout, as long as it moves.
func TestSlowReaderOfALargeReplyIsNotClosedWithTLS(t *testing.T) {
	const stall = 1500 * time.Millisecond // busy machines hold a reader up for a second
	ts := newTLSServer(t, fanout.Options{StallTimeout: stall})
	c := ts.connect()
	answer := append(append([]byte(`{"type":"response","id":"`), make([]byte, 16<<20)...), `"}`...)
	for i := range answer[25 : len(answer)-2] {
		answer[25+i] = 'p'
	}
	begin := time.Now()
	c.r.Reset(&recordReader{c.conn, time.NewTicker(4 * time.Millisecond)})
	if !c.server.Send(answer) {
		t.Fatal("not accepted")
	}
	c.expect(protocol.MessageResponse)
	if took := time.Since(begin); took < 2*stall {
		t.Fatalf("read in %v", took)
	}
	if s := ts.engine.Stats(); s.ClosedSlow != 0 {
		t.Errorf("%+v", s)
	}
}

// recordReader reads a TLS record at a time.
type recordReader struct {
	from io.Reader
	next *time.Ticker
}

func (g *recordReader) Read(b []byte) (int, error) {
	<-g.next.C
	return io.ReadFull(g.from, b[:min(len(b), 16<<10)])
}

// A client that never answers the close frame delays a stopping server by one second.
func TestDrainWaitsOneSecondForTheCloseHandshake(t *testing.T) {
	ts := newServer(t, fanout.Options{})
	ts.connect()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // closeTimeout is longer
	defer cancel()
	if err := ts.engine.Drain(ctx); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsAWaitingSubscribe(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	asked := ts.hub.holdState()
	c := ts.connect()
	c.sendText(`{"type":"subscribe","sessionId":1,"snapshot":true}`)
	<-asked
	expectEngineCloses(ts)
}
