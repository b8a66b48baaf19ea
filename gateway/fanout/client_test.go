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

// client is a WebSocket client that does nothing by itself: it reads when it is told
// to, byte for byte, and checks that every frame is one.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
	peer *fanout.Conn
}

// smallBuffer is a receive buffer that is full soon. The kernel doubles it; much
// smaller ones make loopback crawl, whose segments have 64 KiB.
const smallBuffer = 64 << 10

// connect does a handshake, with a small receive buffer when tiny.
func (a *arena) connect(tiny ...bool) *client {
	a.t.Helper()
	c := a.shake(a.dial(), len(tiny) > 0)
	c.peer = <-a.peers
	return c
}

// connectFrom is connect with a small receive buffer, from an address.
func (a *arena) connectFrom(from string) *client {
	a.t.Helper()
	c := a.shakeWith(a.dial(), true, strings.Replace(handshake, "tag=red", "from="+from, 1))
	c.peer = <-a.peers
	return c
}

func (a *arena) shake(conn net.Conn, tiny bool) *client {
	a.t.Helper()
	return a.shakeWith(conn, tiny, handshake)
}

func (a *arena) shakeWith(conn net.Conn, tiny bool, handshake string) *client {
	a.t.Helper()
	if tcp, ok := conn.(*net.TCPConn); ok && tiny {
		_ = tcp.SetReadBuffer(smallBuffer)
	}
	c := &client{t: a.t, conn: conn, r: bufio.NewReaderSize(conn, 4<<10)}
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = io.WriteString(conn, handshake)
	r, err := http.ReadResponse(c.r, nil)
	if err != nil || r.StatusCode != http.StatusSwitchingProtocols {
		a.t.Fatalf("handshake: %v %v", r, err)
	}
	return c
}

const handshake = "GET /?tag=red HTTP/1.1\r\nHost: party.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// say sends one JSON message.
func (c *client) say(format string, args ...any) {
	c.t.Helper()
	c.write(opText, fmt.Appendf(nil, format, args...))
}

func (c *client) write(opcode byte, payload []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(masked(opcode, payload)); err != nil {
		c.t.Fatal(err)
	}
}

// masked is a client's frame; a mask of zeros changes nothing.
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

// read takes the next frame, whatever it is; io.EOF at the end of the stream.
func (c *client) read() (opcode byte, payload []byte, err error) {
	head := make([]byte, 2, 10)
	if _, err := io.ReadFull(c.r, head); err != nil {
		return 0, nil, err
	}
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 {
		c.t.Fatalf("not the beginning of a server's frame: %x", head)
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
		return 0, nil, fmt.Errorf("within a frame: %w", err)
	}
	return head[0] & 0x0f, payload, nil
}

func (c *client) length(size int) (int, error) {
	b := make([]byte, 8)
	_, err := io.ReadFull(c.r, b[8-size:])
	return int(binary.BigEndian.Uint64(b)), err
}

// word is any message of the server.
type word struct {
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

// hear takes the next message, answering pings on the way.
func (c *client) hear() word {
	c.t.Helper()
	w, err := c.tryHear()
	if err != nil {
		c.t.Fatalf("hearing: %v", err)
	}
	return w
}

func (c *client) tryHear() (w word, err error) {
	for {
		opcode, payload, err := c.read()
		switch {
		case err != nil:
			return w, err
		case opcode == opClose:
			return w, closed{protocol.CloseCode(binary.BigEndian.Uint16(payload)), string(payload[2:])}
		case opcode == opPing:
			c.write(opPong, payload)
		case opcode == opText:
			if err := json.Unmarshal(payload, &w); err != nil {
				c.t.Fatalf("not JSON: %.100q", payload)
			}
			return w, nil
		}
	}
}

// closed is a close frame.
type closed struct {
	code   protocol.CloseCode
	reason string
}

func (c closed) Error() string { return fmt.Sprintf("closed %d %s", c.code, c.reason) }

// expect takes the next message and wants it to be of that type.
func (c *client) expect(kind string) word {
	c.t.Helper()
	w := c.hear()
	if w.Type != kind {
		c.t.Fatalf("a %s instead of a %s: %+v", w.Type, kind, w)
	}
	return w
}

// events takes events of a session up to a seq and wants each once and in order.
func (c *client) events(id protocol.SessionID, after, until protocol.Seq) {
	c.t.Helper()
	for seq := after + 1; seq <= until; seq++ {
		if w := c.expect("vote.received"); w.Seq != seq || w.SessionID != id {
			c.t.Fatalf("event %d of session %d after %d of session %d", w.Seq, w.SessionID, seq-1, id)
		}
	}
}

// quiet wants nothing but the answer to a ping to come: what is on its way would come before.
func (c *client) quiet() {
	c.t.Helper()
	c.say(`{"type":"ping"}`)
	c.expect(protocol.MessagePong)
}

// expectClose reads to the close frame, forgetting messages, and then wants the end
// of the stream and not a byte more.
func (c *client) expectClose(code protocol.CloseCode) {
	c.t.Helper()
	for {
		_, err := c.tryHear()
		if err == nil {
			continue
		}
		if got, ok := err.(closed); !ok || got.code != code {
			c.t.Fatalf("%v instead of a close with %d", err, code)
		}
		break
	}
	if rest, err := io.ReadAll(c.r); len(rest) > 0 || (err != nil && !strings.Contains(err.Error(), "reset")) {
		c.t.Fatalf("after the close frame: %d bytes, %v", len(rest), err)
	}
	_ = c.conn.Close()
}

func (c *client) subscribe(id protocol.SessionID, rest string) word {
	c.t.Helper()
	c.say(`{"type":"subscribe","sessionId":%d%s}`, id, rest)
	w := c.expect(protocol.MessageSubscribed)
	if w.SessionID != id {
		c.t.Fatalf("subscribed to %d", w.SessionID)
	}
	return w
}
