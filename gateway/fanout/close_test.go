package fanout_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

func TestMessagesThatAreNotTextAreRefused(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	for _, bad := range []struct {
		opcode  byte
		payload []byte
		code    protocol.CloseCode
	}{
		{opBinary, []byte("{}"), protocol.CloseBadData},
		{opText, []byte("{\"\xff\"}"), protocol.CloseInvalidUTF8},
		{opText, append([]byte(`{"type":"`), padding[:protocol.MaxMessage]...), protocol.CloseTooBig},
	} {
		c := a.connect()
		c.write(bad.opcode, bad.payload)
		c.expectClose(bad.code)
	}
	c := a.connect()
	largest := []byte(`{"type":"ping","id":"`)
	largest = append(append(largest, padding[:protocol.MaxMessage-len(largest)-2]...), `"}`...)
	c.write(opText, largest)
	c.expect(protocol.MessagePong)
}

func TestNoDataAfterAClose(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	var clients []*client
	for range 10 {
		c := a.connect()
		c.subscribe(1, "")
		clients = append(clients, c)
	}
	for i, c := range clients {
		a.hub.publish(1, 1)
		if i%2 == 0 {
			c.peer.Close(protocol.CloseForbidden, "Token revoked")
		} else {
			c.write(opClose, []byte{1000 >> 8, 1000 & 0xff})
		}
		a.hub.publish(1, 100)
		c.peer.Send([]byte(`{"type":"late"}`))
	}
	for i, c := range clients {
		code := protocol.CloseForbidden
		if i%2 == 1 {
			code = protocol.CloseNormal
		}
		c.expectClose(code)
	}
}

func TestClosePeersClosesThoseThatMatch(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c, d := a.connect(), a.connect()
	if c.peer.Tag != "red" {
		t.Errorf("the tag is %v", c.peer.Tag)
	}
	a.engine.CloseConns(func(p *fanout.Conn) bool { return p == c.peer }, protocol.CloseForbidden, "Token revoked")
	c.expectClose(protocol.CloseForbidden)
	if c.peer.Send([]byte("{}")) {
		t.Error("a closed peer accepts messages")
	}
	d.quiet()
}

func TestSilentPeerIsPingedAndThenDropped(t *testing.T) {
	const limit, every = 8, 2 // beats: pinged after each quarter of the limit
	a := newArena(t, fanout.Options{HeartbeatInterval: time.Hour}, 1)
	mute, awake := a.connect(), a.connect()
	for beat := 1; beat <= limit; beat++ {
		awake.quiet()
		a.engine.Beat(limit)
		if beat%every != 0 {
			continue
		}
		if opcode, _, err := mute.read(); err != nil || opcode != opPing {
			t.Fatalf("beat %d: %x, %v instead of a ping", beat, opcode, err)
		}
	}
	awake.quiet()
	a.engine.Beat(limit)
	if _, _, err := mute.read(); err == nil {
		t.Error("a word to who does not answer pings and so does not read either")
	}
	eventually(t, "the end of the peer", func() bool { return a.engine.Stats().Connections == 1 })
	if s := a.engine.Stats(); s.ClosedSilent != 1 {
		t.Errorf("%+v", s)
	}
	awake.quiet()
}

func TestPanicOfTheUpperLayerClosesOnlyThatPeer(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c, d := a.connect(), a.connect()
	c.say(`{"type":"nobody knows this"}`)
	c.expectClose(protocol.CloseInternal)
	d.quiet()
}

func TestForeignOriginIsRefused(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	for origin, status := range map[string]int{"http://evil.test": 403, "https://a.friend.test": 101, "http://party.test": 101} {
		conn := a.dial()
		_, _ = io.WriteString(conn, strings.Replace(handshake, "\r\n\r\n", "\r\nOrigin: "+origin+"\r\n\r\n", 1))
		head := make([]byte, len("HTTP/1.1 101"))
		if _, err := io.ReadFull(conn, head); err != nil || string(head) != "HTTP/1.1 "+http.StatusText(0)+string([]byte{byte('0' + status/100), '0', byte('0' + status%10)}) {
			t.Errorf("%s: %q %v", origin, head, err)
		}
	}
}

// What comes in the same packet as the handshake must not be lost.
func TestMessageRightBehindTheHandshake(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	conn := a.dial()
	_, _ = conn.Write(append([]byte(handshake), masked(opText, []byte(`{"type":"ping"}`))...))
	c := &client{t: t, conn: conn}
	b := make([]byte, 1024)
	var got []byte
	for !strings.Contains(string(got), `"pong"`) {
		n, err := conn.Read(b)
		if err != nil {
			t.Fatalf("%q %v", got, err)
		}
		got = append(got, b[:n]...)
	}
	_ = c.conn.Close()
}

func TestFragmentsWithAPingBetweenThem(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect()
	first := masked(opText, []byte(`{"type":`))
	first[0] &^= 0x80 // not the last
	_, _ = c.conn.Write(first)
	c.write(opPing, []byte("between"))
	c.write(0, []byte(`"ping"}`))
	if opcode, payload, err := c.read(); opcode != opPong || string(payload) != "between" {
		t.Fatalf("%x %q %v", opcode, payload, err)
	}
	c.expect(protocol.MessagePong)
}

// The library's own client agrees with what we write past the server's library.
func TestClosingHandshakeWithTheLibrarysClient(t *testing.T) {
	for name, start := range map[string]func(testing.TB, fanout.Options, ...protocol.SessionID) *arena{"bare": newArena, "tls": newTLSArena} {
		t.Run(name, func(t *testing.T) {
			a := start(t, fanout.Options{}, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			ws, _, err := websocket.Dial(ctx, a.server.URL, &websocket.DialOptions{HTTPClient: a.server.Client()})
			if err != nil {
				t.Fatal(err)
			}
			<-a.peers
			_ = ws.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","sessionId":1,"since":0}`))
			for range 2 {
				if _, _, err := ws.Read(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if err := ws.Close(websocket.StatusNormalClosure, "bye"); err != nil {
				t.Errorf("closing: %v", err)
			}
			eventually(t, "the end of the peer", func() bool { return a.engine.Stats().Connections == 0 })
		})
	}
}
