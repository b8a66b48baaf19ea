package fanout_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// Every reply and event sent before the close frame is read by the client, also when the
// engine drains under load.
func TestDrainUnderLoadLosesNothing(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	var all sync.WaitGroup
	for range 50 {
		c := ts.connect()
		c.subscribe(1, `,"since":1`)
		all.Go(func() {
			for range 100 {
				c.sendText(`{"type":"request","id":"asked"}`)
			}
			seq, drained, err := protocol.Seq(1), false, error(nil)
			for answers := 0; err == nil; {
				var m message
				switch m, err = c.tryReadMessage(); m.Type {
				case "vote.received":
					if seq++; m.Seq != seq {
						t.Errorf("got event %d, want %d", m.Seq, seq)
					}
				case protocol.MessageResponse:
					answers++
				case protocol.MessageDraining:
					drained = m.ReconnectInMs > 0 && m.ReconnectInMs <= 6000
				}
			}
			if end, ok := err.(closed); !ok || end.code != protocol.CloseGoingAway || !drained {
				t.Errorf("%v, draining message: %v", err, drained)
			}
			if seq < 501 {
				t.Errorf("the last event was %d", seq)
			}
			_, _ = io.Copy(io.Discard, c.r)
			_ = c.conn.Close()
		})
	}
	for range 50 {
		ts.hub.publish(1, 10)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := ts.engine.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	conn := ts.dial()
	_, _ = io.WriteString(conn, handshake)
	head := make([]byte, 512)
	n, _ := conn.Read(head)
	if !strings.HasPrefix(string(head[:n]), "HTTP/1.1 503") || !strings.Contains(string(head[:n]), "Retry-After") {
		t.Errorf("%q", head[:n])
	}
}

func TestDrainEndsWithItsContext(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect(true)
	c.subscribe(1, "")
	ts.stall(c, 5000)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := ts.engine.Drain(ctx); err == nil {
		t.Error("drained though a client has not read")
	}
	ts.engine.Close()
	if s := ts.engine.Stats(); s.Connections != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCloseWithConnectionsInEveryState(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 3000)
	for i := range 30 {
		c := ts.connect(i%2 == 0)
		c.subscribe(1, []string{"", `,"since":0`, `,"mode":"tally"`}[i%3])
	}
	for range 100 {
		ts.hub.publishPadded(1, 20, 1000)
	}
	ts.engine.Close()
	ts.engine.Close() // once more does no harm
}

// A connection whose handshake is done when the drain begins, but that was not served yet, is
// told like all others.
func TestConnectionAcceptedDuringDrainIsClosed(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	now, cancel := context.WithCancel(t.Context())
	cancel()
	ts.afterAccept = func() { _ = ts.engine.Drain(now) }
	c := ts.connect()
	c.expect(protocol.MessageDraining)
	c.expectClose(protocol.CloseGoingAway)
}
