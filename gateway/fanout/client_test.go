package fanout_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// Opcodes of RFC 6455.
const (
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xa
)

// client is a WebSocket client that does nothing by itself: it reads when a test calls for it,
// byte for byte, and checks that every frame is well formed.
type client struct {
	t      testing.TB
	conn   net.Conn
	r      *bufio.Reader
	server *fanout.Conn // the other end of the connection
}

// smallBuffer is a receive buffer that is soon full. The kernel doubles it; much smaller ones
// make loopback slow, whose segments have 64 KiB.
const smallBuffer = 64 << 10

// connect does a handshake, with a small receive buffer when tiny.
func (ts *testServer) connect(tiny ...bool) *client {
	ts.t.Helper()
	c := ts.doHandshake(ts.dial(), len(tiny) > 0)
	c.server = <-ts.conns
	return c
}

// connectFrom is connect with a small receive buffer, from an address.
func (ts *testServer) connectFrom(from string) *client {
	ts.t.Helper()
	c := ts.doHandshakeWith(ts.dial(), true, strings.Replace(handshake, "tag=red", "from="+from, 1))
	c.server = <-ts.conns
	return c
}

func (ts *testServer) doHandshake(conn net.Conn, tiny bool) *client {
	ts.t.Helper()
	return ts.doHandshakeWith(conn, tiny, handshake)
}

func (ts *testServer) doHandshakeWith(conn net.Conn, tiny bool, handshake string) *client {
	ts.t.Helper()
	if tcp, ok := conn.(*net.TCPConn); ok && tiny {
		_ = tcp.SetReadBuffer(smallBuffer)
	}
	c := &client{t: ts.t, conn: conn, r: bufio.NewReaderSize(conn, 4<<10)}
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = io.WriteString(conn, handshake)
	r, err := http.ReadResponse(c.r, nil)
	if err != nil || r.StatusCode != http.StatusSwitchingProtocols {
		ts.t.Fatalf("handshake: %v %v", r, err)
	}
	return c
}

const handshake = "GET /?tag=red HTTP/1.1\r\nHost: party.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// sendText sends one text message.
func (c *client) sendText(format string, args ...any) {
	c.t.Helper()
	c.write(opText, fmt.Appendf(nil, format, args...))
}

func (c *client) write(opcode byte, payload []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(masked(opcode, payload)); err != nil {
		c.t.Fatal(err)
	}
}

// masked returns a client's frame; its mask of zeros changes nothing.
func masked(opcode byte, payload []byte) []byte {
	b := []byte{0x80 | opcode}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// read reads the next frame, of any kind; io.EOF at the end of the stream.
func (c *client) read() (opcode byte, payload []byte, err error) {
	head := make([]byte, 2, 10)
	if _, err := io.ReadFull(c.r, head); err != nil {
		return 0, nil, err
	}
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 {
		c.t.Fatalf("not the header of a server's frame: %x", head)
	}
	n := int(head[1])
	switch {
	case n == 126:
		n, err = c.length(2)
	case n == 127:
		n, err = c.length(8)
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, n)
	if _, err = io.ReadFull(c.r, payload); err != nil {
		return 0, nil, fmt.Errorf("in the middle of a frame: %w", err)
	}
	return head[0] & 0x0f, payload, nil
}

func (c *client) length(size int) (int, error) {
	b := make([]byte, 8)
	_, err := io.ReadFull(c.r, b[8-size:])
	return int(binary.BigEndian.Uint64(b)), err
}

// message is any message of the server.
type message struct {
	Type      string               `json:"type"`
	SessionID protocol.SessionID   `json:"sessionId"`
	Seq       protocol.Seq         `json:"seq"`
	At        int64                `json:"at"`
	Code      protocol.Code        `json:"code"`
	Message   string               `json:"message"`
	ID        string               `json:"id"`
	Games     []protocol.TallyGame `json:"games"`
	Recovered *bool                `json:"recovered"`
	Data      json.RawMessage      `json:"data"`
	Epoch     protocol.Epoch       `json:"epoch"`
	Reset     bool                 `json:"reset"`
	Snapshot  *struct {
		Seq protocol.Seq `json:"seq"`
	} `json:"snapshot"`
	ReconnectInMs int64 `json:"reconnectInMs"`
}

// readMessage reads the next message, and answers pings before it.
func (c *client) readMessage() message {
	c.t.Helper()
	m, err := c.tryReadMessage()
	if err != nil {
		c.t.Fatalf("reading a message: %v", err)
	}
	return m
}

func (c *client) tryReadMessage() (m message, err error) {
	for {
		opcode, payload, err := c.read()
		switch {
		case err != nil:
			return m, err
		case opcode == opClose:
			return m, closed{protocol.CloseCode(binary.BigEndian.Uint16(payload)), string(payload[2:])}
		case opcode == opPing:
			c.write(opPong, payload)
		case opcode == opText:
			if err := json.Unmarshal(payload, &m); err != nil {
				c.t.Fatalf("not JSON: %.100q", payload)
			}
			return m, nil
		}
	}
}

// closed is a close frame.
type closed struct {
	code   protocol.CloseCode
	reason string
}

func (c closed) Error() string { return fmt.Sprintf("closed %d %s", c.code, c.reason) }

// expect reads the next message and fails unless it has that type.
func (c *client) expect(kind string) message {
	c.t.Helper()
	m := c.readMessage()
	if m.Type != kind {
		c.t.Fatalf("got a %s, want a %s: %+v", m.Type, kind, m)
	}
	return m
}

// expectEvents reads events of a session up to a seq, each once and in order.
func (c *client) expectEvents(id protocol.SessionID, after, until protocol.Seq) {
	c.t.Helper()
	for seq := after + 1; seq <= until; seq++ {
		if m := c.expect("vote.received"); m.Seq != seq || m.SessionID != id {
			c.t.Fatalf("event %d of session %d after %d of session %d", m.Seq, m.SessionID, seq-1, id)
		}
	}
}

// expectNothing fails if anything but the reply to a ping comes: what was sent earlier would
// come before it.
func (c *client) expectNothing() {
	c.t.Helper()
	c.sendText(`{"type":"ping"}`)
	c.expect(protocol.MessagePong)
}

// expectClose reads up to the close frame, ignoring messages, and then expects the end of the
// stream and not a byte more.
func (c *client) expectClose(code protocol.CloseCode) {
	c.t.Helper()
	for {
		_, err := c.tryReadMessage()
		if err == nil {
			continue
		}
		if got, ok := err.(closed); !ok || got.code != code {
			c.t.Fatalf("got %v, want a close with %d", err, code)
		}
		break
	}
	if rest, err := io.ReadAll(c.r); len(rest) > 0 || (err != nil && !strings.Contains(err.Error(), "reset")) {
		c.t.Fatalf("after the close frame: %d bytes, %v", len(rest), err)
	}
	_ = c.conn.Close()
}

func (c *client) subscribe(id protocol.SessionID, rest string) message {
	c.t.Helper()
	c.sendText(`{"type":"subscribe","sessionId":%d%s}`, id, rest)
	m := c.expect(protocol.MessageSubscribed)
	if m.SessionID != id {
		c.t.Fatalf("subscribed to %d", m.SessionID)
	}
	return m
}
