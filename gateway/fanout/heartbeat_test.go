package fanout_test

import (
	"fmt"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// Sixteen pings of one heartbeat are answered; the connection is closed at 512.
func TestPingFloodIsClosed(t *testing.T) {
	ts := newServer(t, fanout.Options{HeartbeatInterval: time.Hour}, 1)
	c := ts.connect()
	for n := range 30 {
		c.write(opPing, fmt.Appendf(nil, "%d", n))
	}
	c.sendText(`{"type":"ping"}`) // its answer comes behind all pongs
	for n := range 16 {
		if opcode, payload, err := c.read(); opcode != opPong || string(payload) != fmt.Sprint(n) {
			t.Fatalf("%d: %x %q %v", n, opcode, payload, err)
		}
	}
	c.expect(protocol.MessagePong)

	ts.engine.Heartbeat(8)
	c.write(opPing, []byte("another second"))
	if opcode, payload, err := c.read(); opcode != opPong || string(payload) != "another second" {
		t.Fatalf("%x %q %v", opcode, payload, err)
	}
	for range 512 {
		c.write(opPing, nil)
	}
	for n := 0; ; n++ {
		opcode, _, err := c.read()
		if err != nil || n > 16 {
			t.Fatalf("%d pongs, then %v", n, err)
		}
		if opcode == opClose {
			return
		}
	}
}
