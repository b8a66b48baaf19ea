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

// askAndDoNotRead has a client ask until its reader is paused: its socket is full and
// so many answers wait that no more questions are read.
func askAndDoNotRead(a *arena) *client {
	a.t.Helper()
	c := a.connect(true)
	question := masked(opText, append(append([]byte(`{"type":"request","id":"1","data":"`), padding[:50_000]...), `"}`...))
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for {
			if _, err := c.conn.Write(question); err != nil {
				return
			}
		}
	}()
	a.t.Cleanup(func() {
		_ = c.conn.Close()
		<-asked
	})
	eventually(a.t, "a paused reader", c.peer.Paused)
	return c
}

func gone(a *arena) {
	a.t.Helper()
	eventually(a.t, "the end of the peer", func() bool { return a.engine.Stats().Connections == 0 })
}

// The reader waited for room in the outbox that nobody made any more.
func TestConnectionThatBreaksWhileItsReaderIsPausedIsForgotten(t *testing.T) {
	a := newArena(t, fanout.Options{})
	c := askAndDoNotRead(a)
	_ = c.conn.(*net.TCPConn).SetLinger(0)
	_ = c.conn.Close()
	gone(a)
}

// With TLS no close frame can follow a write that was cut off. The outbox must be full
// before the socket has been so for too long, on a slow machine as well.
func TestPausedPeerThatStallsIsForgottenWithTLS(t *testing.T) {
	a := newTLSArena(t, fanout.Options{StallTimeout: 3 * time.Second})
	askAndDoNotRead(a)
	gone(a)
	if s := a.engine.Stats(); s.ClosedSlow != 1 {
		t.Errorf("%+v", s)
	}
}

// Neither for the reader, nor for the goodbyes of TLS one after the other.
func TestCloseDoesNotWaitForPausedReaders(t *testing.T) {
	a := newTLSArena(t, fanout.Options{})
	for range 5 {
		askAndDoNotRead(a)
	}
	closes(a)
}

// closes wants the engine to end soon.
func closes(a *arena) {
	a.t.Helper()
	var closed atomic.Bool
	go func() {
		a.engine.Close()
		closed.Store(true)
	}()
	eventually(a.t, "the end of the engine", closed.Load)
}

// Pongs are not read while the reader is paused: that is not the client's silence.
func TestPausedPeerIsNotSilent(t *testing.T) {
	const limit = 8
	a := newArena(t, fanout.Options{HeartbeatInterval: time.Hour})
	c := askAndDoNotRead(a)
	for range 3 * limit {
		a.engine.Beat(limit)
	}
	if s := a.engine.Stats(); s.ClosedSilent != 0 || s.Connections != 1 {
		t.Fatalf("%+v", s)
	}
	for c.peer.Paused() { // it reads its answers after all
		c.expect(protocol.MessageResponse)
	}
	a.engine.Beat(limit) // heard when it was let go
	if s := a.engine.Stats(); s.ClosedSilent != 0 {
		t.Errorf("%+v", s)
	}
}

// A message of many records may take longer than Stall, as long as it moves.
func TestSlowPeerThatTakesALargeAnswerBitByBitIsNotClosedWithTLS(t *testing.T) {
	const stall = 500 * time.Millisecond
	a := newTLSArena(t, fanout.Options{StallTimeout: stall})
	c := a.connect()
	answer := append(append([]byte(`{"type":"response","id":"`), make([]byte, 16<<20)...), `"}`...)
	for i := range answer[25 : len(answer)-2] {
		answer[25+i] = 'p'
	}
	begin := time.Now()
	c.r.Reset(&gulping{c.conn, time.NewTicker(2 * time.Millisecond)})
	if !c.peer.Send(answer) {
		t.Fatal("not taken")
	}
	c.expect(protocol.MessageResponse)
	if took := time.Since(begin); took < 2*stall {
		t.Fatalf("read in %v", took)
	}
	if s := a.engine.Stats(); s.ClosedSlow != 0 {
		t.Errorf("%+v", s)
	}
}

// gulping reads a record at a time.
type gulping struct {
	from io.Reader
	next *time.Ticker
}

func (g *gulping) Read(b []byte) (int, error) {
	<-g.next.C
	return io.ReadFull(g.from, b[:min(len(b), 16<<10)])
}

// A client that never answers the close frame holds a server that stops for a second.
func TestDrainWaitsASecondForAnAnswerToTheClose(t *testing.T) {
	a := newArena(t, fanout.Options{})
	a.connect()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // closeWait is longer
	defer cancel()
	if err := a.engine.Drain(ctx); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsASubscribeThatWaitsForTheHub(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	asked := a.hub.hold()
	c := a.connect()
	c.say(`{"type":"subscribe","sessionId":1,"snapshot":true}`)
	<-asked
	closes(a)
}
