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

// Drain in the middle of everything: whatever was answered or published before it is
// read by the client before the close frame.
func TestDrainUnderLoadLosesNothing(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	var all sync.WaitGroup
	for range 50 {
		c := a.connect()
		c.subscribe(1, `,"since":1`)
		all.Go(func() {
			for range 100 {
				c.say(`{"type":"request","id":"asked"}`)
			}
			seq, told, err := protocol.Seq(1), false, error(nil)
			for answers := 0; err == nil; {
				var w word
				switch w, err = c.tryHear(); w.Type {
				case "vote.received":
					if seq++; w.Seq != seq {
						t.Errorf("event %d instead of %d", w.Seq, seq)
					}
				case protocol.MessageResponse:
					answers++
				case protocol.MessageDraining:
					told = w.ReconnectInMs > 0 && w.ReconnectInMs <= 6000
				}
			}
			if end, ok := err.(closed); !ok || end.code != protocol.CloseGoingAway || !told {
				t.Errorf("%v, told: %v", err, told)
			}
			if seq < 501 {
				t.Errorf("the last event was %d", seq)
			}
			_, _ = io.Copy(io.Discard, c.r)
			_ = c.conn.Close()
		})
	}
	for range 50 {
		a.hub.publish(1, 10)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := a.engine.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	conn := a.dial()
	_, _ = io.WriteString(conn, handshake)
	head := make([]byte, 512)
	n, _ := conn.Read(head)
	if !strings.HasPrefix(string(head[:n]), "HTTP/1.1 503") || !strings.Contains(string(head[:n]), "Retry-After") {
		t.Errorf("%q", head[:n])
	}
}

func TestDrainDoesNotWaitForEverForAPeerThatDoesNotRead(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect(true)
	c.subscribe(1, "")
	a.stall(c, 5000)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := a.engine.Drain(ctx); err == nil {
		t.Error("drained though a peer has not read")
	}
	a.engine.Close()
	if s := a.engine.Stats(); s.Connections != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCloseWithPeersInEveryState(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 3000)
	for i := range 30 {
		c := a.connect(i%2 == 0)
		c.subscribe(1, []string{"", `,"since":0`, `,"mode":"tally"`}[i%3])
	}
	for range 100 {
		a.hub.publishPadded(1, 20, 1000)
	}
	a.engine.Close()
	a.engine.Close() // once more does no harm
}

// A peer whose handshake is done when the drain begins, but that Serve has not seen
// yet, is told like all others.
func TestPeerThatComesInBetweenIsSentAway(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	now, cancel := context.WithCancel(t.Context())
	cancel()
	a.between = func() { _ = a.engine.Drain(now) }
	c := a.connect()
	c.expect(protocol.MessageDraining)
	c.expectClose(protocol.CloseGoingAway)
}
