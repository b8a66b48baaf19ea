package attack

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol/client"
)

// slowClients is how many connections there are of each kind.
const slowClients = 400

// slowKinds are what slow clients send before they slow down to a byte every half second, and the
// prefix that their outcomes are counted with.
var slowKinds = []struct {
	prefix string
	begin  func(t *attackers) string
}{
	{"headers ", func(*attackers) string { return "GET /api/games HTTP/1.1\r\nHost: x\r\nX-Slow: " }},
	{"handshake ", func(*attackers) string {
		return "GET /api/sessions/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nX-Slow: "
	}},
	{"body ", func(t *attackers) string { // of half a mebibyte
		return "POST /api/votes/live HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + t.Admin +
			"\r\nContent-Length: 524288\r\n\r\n{\"username\":\""
	}},
	{"silent ", nil}, // a WebSocket that never says who it is
}

// slowConnections runs clients of all kinds at the same time: each kind waits for another timeout,
// and none uses much CPU.
func slowConnections(ctx context.Context, t *attackers) error {
	report.InParallel(ctx, len(slowKinds)*slowClients, func(ctx context.Context, index int) {
		kind := slowKinds[index%len(slowKinds)]
		how := ""
		if kind.begin == nil {
			how = silentSocket(ctx, t)
		} else {
			how = slowClient(ctx, t.Addr, kind.begin(t))
		}
		t.count(kind.prefix+how, 1)
	})
	return nil
}

// slowFault wants the server to have closed slow headers and handshakes, slow bodies too where
// there was time, and silent WebSockets with 4001.
func slowFault(met map[string]int, long bool) string {
	for _, kind := range slowKinds[:3] {
		if kind.prefix == "body " && !long {
			continue
		}
		if fault := allEnded(slowClients, kind.prefix)(met, long); fault != "" {
			return kind.prefix + "connections: " + fault
		}
	}
	if met["silent closed 4001"] < slowClients {
		return "not all silent sockets were closed with 4001"
	}
	return ""
}

// slowClient returns whether the server closed the connection.
func slowClient(ctx context.Context, addr, begin string) string {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return "not connected"
	}
	defer func() { _ = c.Close() }()
	ended := make(chan string, 1)
	go func() { ended <- readToEnd(c) }() // ends with the connection, which is closed here
	_, err = io.WriteString(c, begin)
	for err == nil && report.Wait(ctx, 500*time.Millisecond) == nil {
		_, err = io.WriteString(c, "x")
	}
	_ = c.SetReadDeadline(time.Now().Add(lastWait))
	return <-ended
}

// readToEnd reads until the server closes the connection.
func readToEnd(c net.Conn) string {
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		return "stayed"
	}
	return "ended"
}

func silentSocket(ctx context.Context, t *attackers) string {
	c, err := wire.Dial(ctx, t.Addr, client.WebSocketPath)
	if err != nil {
		return "not connected"
	}
	defer func() { _ = c.Close() }()
	return watch(ctx, c, func([]byte) {})
}
