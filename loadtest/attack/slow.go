package attack

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"partyline/loadtest/wire"
	"partyline/protocol/client"
)

// slowClients is how many connections say a little at a time.
const slowClients = 400

// slowHeaders sends a request line and then a letter of a header every half second.
func slowHeaders(ctx context.Context, t *attackers) error {
	return slowly(ctx, t, "GET /api/games HTTP/1.1\r\nHost: x\r\nX-Slow: ")
}

// slowHandshakes does the same on the way to a WebSocket.
func slowHandshakes(ctx context.Context, t *attackers) error {
	return slowly(ctx, t, "GET /api/sessions/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nX-Slow: ")
}

// slowBodies announces a vote of half a mebibyte and sends a letter every half second.
func slowBodies(ctx context.Context, t *attackers) error {
	return slowly(ctx, t, "POST /api/votes/live HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "+t.Admin+
		"\r\nContent-Length: 524288\r\n\r\n{\"username\":\"")
}

func slowly(ctx context.Context, t *attackers, begin string) error {
	inParallel(ctx, slowClients, func(ctx context.Context, _ int) { t.tell(slowClient(ctx, t.Addr, begin), 1) })
	return nil
}

// slowClient says whether the server ended it.
func slowClient(ctx context.Context, addr, begin string) string {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "not connected"
	}
	defer func() { _ = c.Close() }()
	ended := make(chan string, 1)
	go func() { ended <- outcome(c) }() // ends with the connection, which is closed here
	_, err = io.WriteString(c, begin)
	for err == nil && pause(ctx, 500*time.Millisecond) {
		_, err = io.WriteString(c, "x")
	}
	_ = c.SetReadDeadline(time.Now().Add(lastWait))
	return <-ended
}

// outcome reads what the server says, if anything, until it ends the connection.
func outcome(c net.Conn) string {
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		return "stayed"
	}
	return "ended"
}

// silentSockets opens WebSockets and never says who they are.
func silentSockets(ctx context.Context, t *attackers) error {
	inParallel(ctx, slowClients, func(ctx context.Context, _ int) {
		c, err := wire.Dial(ctx, t.Addr, client.WebSocketPath)
		if err != nil {
			t.tell("not connected", 1)
			return
		}
		defer func() { _ = c.Close() }()
		t.tell(watch(ctx, c, func([]byte) {}), 1)
	})
	return nil
}
