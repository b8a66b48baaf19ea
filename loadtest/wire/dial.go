package wire

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"partyline/protocol/client"
)

const (
	// dialTimeout bounds connecting and the handshake together; thousands connect at once.
	dialTimeout = 20 * time.Second
	// maxHead bounds the head of an answer.
	maxHead = 16 << 10
	// guid is RFC 6455's constant (section 1.3).
	guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

// Dial connects to ws://addr+path and checks the handshake, with further header lines such as
// "X-Forwarded-For: 192.0.2.7". It gives up after 20 s or with ctx, which does not bound the
// connection later. The error of a refusal has the status line.
func Dial(ctx context.Context, addr, path string, header ...string) (*Conn, error) {
	c, err := open(ctx, addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	conn, err := shake(c, addr, path, header)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("websocket %s%s: %w", addr, path, err)
	}
	return conn, nil
}

func open(ctx context.Context, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout, KeepAlive: -1}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(time.Now().Add(dialTimeout))
}

func shake(c net.Conn, addr, path string, further []string) (*Conn, error) {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce)
	key := base64.StdEncoding.EncodeToString(nonce)
	lines := append([]string{"GET " + path + " HTTP/1.1", "Host: " + addr, "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Key: " + key, "Sec-WebSocket-Version: 13"}, further...)
	_, err := io.WriteString(c, strings.Join(lines, "\r\n")+"\r\n\r\n")
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(c)
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusSwitchingProtocols {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, maxHead))
		return nil, fmt.Errorf("refused: %s %s", answer.Status, said)
	}
	if got := answer.Header.Get("Sec-WebSocket-Accept"); got != acceptKey(key) {
		return nil, fmt.Errorf("%w: Sec-WebSocket-Accept %q", ErrProtocol, got)
	}
	rest, _ := r.Peek(r.Buffered())
	return newConn(c, rest), c.SetDeadline(time.Time{})
}

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Conn is a socket for package client.
var _ client.Socket = (*Conn)(nil)

// Connect dials addr, with further header lines, and authenticates.
func Connect(ctx context.Context, addr, token string, header ...string) (*Conn, error) {
	conn, err := Dial(ctx, addr, client.WebSocketPath, header...)
	if err != nil {
		return nil, err
	}
	if err := client.Authenticate(conn, token); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
