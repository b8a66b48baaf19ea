package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// client is one WebSocket of a test.
type client struct {
	t    testing.TB
	conn *websocket.Conn
	next int
}

// dial opens a WebSocket that the end of the test closes.
func (h *testServer) dial() *client {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(h.url, "http", "ws", 1)+"/api/sessions/live", nil)
	if err != nil {
		h.t.Fatal("dial:", err)
	}
	conn.SetReadLimit(-1)
	h.t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t: h.t, conn: conn}
}

// say sends a text message: a string as it is, or a value for JSON.
func (c *client) say(v any) {
	c.t.Helper()
	text, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			c.t.Fatal(err)
		}
		text = string(b)
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	if err := c.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal("say:", err)
	}
}

// hear reads the next message.
func (c *client) hear() params {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	_, b, err := c.conn.Read(ctx)
	if err != nil {
		c.t.Fatal("hear:", err)
	}
	var m params
	if err := json.Unmarshal(b, &m); err != nil {
		c.t.Fatalf("not JSON: %q", b)
	}
	return m
}

// hearType reads until a message of that type comes.
func (c *client) hearType(kind string) params {
	c.t.Helper()
	for {
		if m := c.hear(); m["type"] == kind {
			return m
		}
	}
}

// hearClose reads until the connection is closed, and says with what.
func (c *client) hearClose() websocket.CloseError {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	for {
		if _, _, err := c.conn.Read(ctx); err != nil {
			var e websocket.CloseError
			if !errors.As(err, &e) {
				c.t.Fatal("not closed:", err)
			}
			return e
		}
	}
}

func (c *client) auth(token string) {
	c.t.Helper()
	c.say(params{"type": "auth", "token": token})
	if m := c.hear(); m["type"] != "auth_success" || m["message"] != "Authenticated successfully" {
		c.t.Fatal("auth:", m)
	}
}

// request sends a request frame and waits for its response.
func (c *client) request(op string, p params) answer {
	c.t.Helper()
	return c.requestWith(params{"op": op, "data": p})
}

// requestWith is request with other fields beside op and data.
func (c *client) requestWith(m params) answer {
	c.t.Helper()
	c.next++
	id := strconv.Itoa(c.next)
	m["type"], m["id"] = "request", id
	c.say(m)
	for {
		if r := c.hearType("response"); r["id"] == id {
			body, err := json.Marshal(r["data"])
			if err != nil {
				c.t.Fatal(err)
			}
			return answer{status: int(r["status"].(float64)), body: body}
		}
	}
}
