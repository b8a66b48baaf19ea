package wire_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"partyline/loadtest/wire"
)

// watch watches n connections at once and returns what each saw and how it ended.
func watch(t *testing.T, addr string, n int) (seen []string, ended []error) {
	t.Helper()
	w, err := wire.NewWatcher(2)
	if err != nil {
		t.Fatal(err)
	}
	seen, ended = make([]string, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		c := dial(t, addr)
		group.Go(func() {
			ended[i] = w.Watch(c, func(message []byte) {
				if string(message) == "cut" {
					_ = c.Close()
					return
				}
				seen[i] += string(message) + " "
			})
		})
	}
	group.Wait()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	return seen, ended
}

func TestWatcherSeesEveryMessageInOrder(t *testing.T) {
	const messages = 300
	var want strings.Builder
	for i := range messages {
		fmt.Fprintf(&want, "%d ", i)
	}
	long := strings.Repeat("x", 20_000)
	addr := serve(t, func(ctx context.Context, c *websocket.Conn) {
		reading := c.CloseRead(ctx)
		for i := range messages {
			_ = c.Write(reading, websocket.MessageText, fmt.Append(nil, i))
			if i == messages/2 {
				if err := c.Ping(reading); err != nil {
					t.Error(err)
				}
			}
		}
		_ = c.Write(reading, websocket.MessageText, []byte(long))
		_ = c.Close(1000, "done")
	})
	seen, ended := watch(t, addr, 20)
	for i := range seen {
		if seen[i] != want.String()+long+" " || !strings.Contains(ended[i].Error(), "closed 1000 done") {
			t.Fatalf("connection %d saw %.200s… (%d bytes) and ended with %v", i, seen[i], len(seen[i]), ended[i])
		}
	}
}

func TestWatcherEndsCutConnections(t *testing.T) {
	addr := serve(t, func(ctx context.Context, c *websocket.Conn) {
		_ = c.Write(ctx, websocket.MessageText, []byte("cut"))
		_, _, _ = c.Read(ctx)
	})
	_, ended := watch(t, addr, 5)
	for _, err := range ended {
		if err != io.EOF {
			t.Errorf("ended with %v", err)
		}
	}
}
