package wire_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/loadtest/wire"
	"partyline/protocol/client"
)

// serve runs f on the server's end of each WebSocket.
func serve(t *testing.T, f func(ctx context.Context, c *websocket.Conn)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.CloseNow() }()
		f(r.Context(), c)
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func dial(t *testing.T, addr string) *wire.Conn {
	t.Helper()
	c, err := wire.Dial(t.Context(), addr, "/")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMessagesOfAllSizesComeBack(t *testing.T) {
	addr := serve(t, func(ctx context.Context, c *websocket.Conn) {
		c.SetReadLimit(1 << 20)
		for {
			kind, b, err := c.Read(ctx)
			if err != nil || c.Write(ctx, kind, b) != nil {
				return
			}
		}
	})
	c := dial(t, addr)
	for _, n := range []int{0, 1, 7, 8, 125, 126, 65535, 65536, 300_000, 3} {
		sent := strings.Repeat("x", n)
		if err := c.Send([]byte(sent)); err != nil {
			t.Fatal(err)
		}
		got, err := c.Next()
		if err != nil || string(got) != sent {
			t.Fatalf("%d bytes came back as %d, %v", n, len(got), err)
		}
	}
}

func TestQueuedMessagesArriveInOrder(t *testing.T) {
	addr := serve(t, func(ctx context.Context, c *websocket.Conn) {
		var all strings.Builder
		for range 3 {
			_, b, err := c.Read(ctx)
			if err != nil {
				return
			}
			all.Write(b)
		}
		_ = c.Write(ctx, websocket.MessageText, []byte(all.String()))
		_, _, _ = c.Read(ctx)
	})
	c := dial(t, addr)
	for _, m := range []string{"a", "b", "c"} {
		c.Queue([]byte(m))
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Next(); err != nil || string(got) != "abc" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestPingsAreAnswered(t *testing.T) {
	addr := serve(t, func(ctx context.Context, c *websocket.Conn) {
		reading := c.CloseRead(ctx)
		if err := c.Ping(ctx); err != nil {
			t.Error(err)
		}
		_ = c.Write(reading, websocket.MessageText, []byte("pong seen"))
	})
	if got, err := dial(t, addr).Next(); err != nil || string(got) != "pong seen" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestCloseTellsCodeAndReason(t *testing.T) {
	addr := serve(t, func(_ context.Context, c *websocket.Conn) {
		_ = c.Close(4008, "too slow")
	})
	_, err := dial(t, addr).Next()
	var closed *client.CloseError
	if !errors.As(err, &closed) || closed.Code != 4008 || closed.Reason != "too slow" {
		t.Fatalf("got %v", err)
	}
}

func TestRefusedHandshakeTellsTheStatus(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	_, err := wire.Dial(t.Context(), strings.TrimPrefix(s.URL, "http://"), "/nowhere")
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Fatalf("got %v", err)
	}
}
