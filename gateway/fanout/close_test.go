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
	ts := newServer(t, fanout.Options{}, 1)
	for _, bad := range []struct {
		opcode  byte
		payload []byte
		code    protocol.CloseCode
	}{
		{opBinary, []byte("{}"), protocol.CloseBadData},
		{opText, []byte("{\"\xff\"}"), protocol.CloseInvalidUTF8},
		{opText, append([]byte(`{"type":"`), padding[:protocol.MaxMessage]...), protocol.CloseTooBig},
	} {
		c := ts.connect()
		c.write(bad.opcode, bad.payload)
		c.expectClose(bad.code)
	}
	c := ts.connect()
	largest := []byte(`{"type":"ping","id":"`)
	largest = append(append(largest, padding[:protocol.MaxMessage-len(largest)-2]...), `"}`...)
	c.write(opText, largest)
	c.expect(protocol.MessagePong)
}

func TestNoDataAfterAClose(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	var clients []*client
	for range 10 {
		c := ts.connect()
		c.subscribe(1, "")
		clients = append(clients, c)
	}
	for i, c := range clients {
		ts.hub.publish(1, 1)
		if i%2 == 0 {
			c.server.Close(protocol.CloseForbidden, "Token revoked")
		} else {
			c.write(opClose, []byte{1000 >> 8, 1000 & 0xff})
		}
		ts.hub.publish(1, 100)
		c.server.Send([]byte(`{"type":"late"}`))
	}
	for i, c := range clients {
		code := protocol.CloseForbidden
		if i%2 == 1 {
			code = protocol.CloseNormal
		}
		c.expectClose(code)
	}
}

func TestCloseConnsClosesMatching(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c, d := ts.connect(), ts.connect()
	if c.server.Tag != "red" {
		t.Errorf("the tag is %v", c.server.Tag)
	}
	ts.engine.CloseConns(func(p *fanout.Conn) bool { return p == c.server }, protocol.CloseForbidden, "Token revoked")
	c.expectClose(protocol.CloseForbidden)
	if c.server.Send([]byte("{}")) {
		t.Error("a closed connection accepts messages")
	}
	d.expectNothing()
}

func TestSilentConnectionIsPingedAndThenDropped(t *testing.T) {
	const limit, every = 8, 2 // heartbeats: pinged after each quarter of the limit
	ts := newServer(t, fanout.Options{HeartbeatInterval: time.Hour}, 1)
	mute, awake := ts.connect(), ts.connect()
	for n := 1; n <= limit; n++ {
		awake.expectNothing()
		ts.engine.Heartbeat(limit)
		if n%every != 0 {
			continue
		}
		if opcode, _, err := mute.read(); err != nil || opcode != opPing {
			t.Fatalf("heartbeat %d: got %x, %v, want a ping", n, opcode, err)
		}
	}
	awake.expectNothing()
	ts.engine.Heartbeat(limit)
	if _, _, err := mute.read(); err == nil {
		t.Error("a client that does not answer pings was sent more")
	}
	eventually(t, "the end of the connection", func() bool { return ts.engine.Stats().Connections == 1 })
	if s := ts.engine.Stats(); s.ClosedSilent != 1 {
		t.Errorf("%+v", s)
	}
	awake.expectNothing()
}

func TestPanicInAHandlerClosesOnlyThatConnection(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c, d := ts.connect(), ts.connect()
	c.sendText(`{"type":"nobody knows this"}`)
	c.expectClose(protocol.CloseInternal)
	d.expectNothing()
}

func TestForeignOriginIsRefused(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	for origin, status := range map[string]int{"http://evil.test": 403, "https://a.friend.test": 101, "http://party.test": 101} {
		conn := ts.dial()
		_, _ = io.WriteString(conn, strings.Replace(handshake, "\r\n\r\n", "\r\nOrigin: "+origin+"\r\n\r\n", 1))
		head := make([]byte, len("HTTP/1.1 101"))
		if _, err := io.ReadFull(conn, head); err != nil || string(head) != "HTTP/1.1 "+http.StatusText(0)+string([]byte{byte('0' + status/100), '0', byte('0' + status%10)}) {
			t.Errorf("%s: %q %v", origin, head, err)
		}
	}
}

// A message in the same packet as the handshake must not be lost.
func TestMessageRightBehindTheHandshake(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	conn := ts.dial()
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
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect()
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

// The library's client understands the frames that bypass the server's library.
func TestClosingHandshakeWithTheLibrarysClient(t *testing.T) {
	for name, start := range map[string]func(testing.TB, fanout.Options, ...protocol.SessionID) *testServer{"bare": newServer, "tls": newTLSServer} {
		t.Run(name, func(t *testing.T) {
			ts := start(t, fanout.Options{}, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			ws, _, err := websocket.Dial(ctx, ts.server.URL, &websocket.DialOptions{HTTPClient: ts.server.Client()})
			if err != nil {
				t.Fatal(err)
			}
			<-ts.conns
			_ = ws.Write(ctx, websocket.MessageText, []byte(`{"type":"subscribe","sessionId":1,"since":0}`))
			for range 2 {
				if _, _, err := ws.Read(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if err := ws.Close(websocket.StatusNormalClosure, "bye"); err != nil {
				t.Errorf("closing: %v", err)
			}
			eventually(t, "the end of the connection", func() bool { return ts.engine.Stats().Connections == 0 })
		})
	}
}
