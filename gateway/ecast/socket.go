package ecast

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coder/websocket"
)

const (
	subprotocol = "ecast-v0"
	// role is an observer's: it takes no seat.
	role = "shard"
	// observerName is how we are called in the lists of those who look.
	observerName = "PARTYLINE"
	// maxBeforeWelcome is how many frames may come before the welcome.
	maxBeforeWelcome = 32
)

// seat is an observer's place in a room. id and secret, once there was a welcome, open
// the same one again.
type seat struct {
	host, code string
	user       string
	id, secret string
}

// address is the URL of the seat's connection.
func (c *Client) address(s seat) string {
	q := url.Values{"role": {role}, "name": {observerName}, "format": {"json"}, "user-id": {s.user}}
	if s.secret != "" {
		q.Set("id", s.id)
		q.Set("secret", s.secret)
	}
	u := url.URL{Scheme: "wss", Host: s.host, Path: c.base.Path + "/rooms/" + s.code + "/play", RawQuery: q.Encode()}
	if c.base.Scheme == "http" {
		u.Scheme = "ws"
	}
	return u.String()
}

// connect takes a seat and waits for the welcome. Whoever gets the connection closes it.
func (c *Client) connect(ctx context.Context, s seat) (conn *websocket.Conn, w *welcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, _, err = websocket.Dial(ctx, c.address(s), &websocket.DialOptions{
		HTTPClient:   c.http,
		HTTPHeader:   http.Header{"User-Agent": {agent}},
		Subprotocols: []string{subprotocol},
	})
	if err != nil {
		return nil, nil, handshakeError(err)
	}
	conn.SetReadLimit(maxAnswer)
	if conn.Subprotocol() != subprotocol {
		_ = conn.CloseNow()
		return nil, nil, fmt.Errorf("%w: not the protocol of rooms", errAnswer)
	}
	if w, err = greeting(ctx, conn); err != nil {
		_ = conn.CloseNow()
		return nil, nil, err
	}
	return conn, w, nil
}

// handshakeError keeps the URL of a handshake, which holds the secret, to itself.
func handshakeError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return bare("connect", u)
	}
	return fmt.Errorf("connect: %w", err)
}

// greeting reads until the welcome, or the refusal that comes in its place.
func greeting(ctx context.Context, conn *websocket.Conn) (*welcome, error) {
	for range maxBeforeWelcome {
		f, err := next(ctx, conn)
		if err != nil {
			return nil, err
		}
		switch f.Opcode {
		case "client/welcome":
			w := new(welcome)
			if err := json.Unmarshal(f.Result, w); err != nil {
				return nil, fmt.Errorf("%w: no welcome", errAnswer)
			}
			return w, nil
		case "error":
			r := new(refusal)
			if err := json.Unmarshal(f.Result, r); err != nil {
				return nil, fmt.Errorf("%w: no refusal", errAnswer)
			}
			return nil, r
		case "room/exit":
			return nil, errGone
		}
	}
	return nil, fmt.Errorf("%w: no welcome", errAnswer)
}

// next reads one frame. What is none is an empty one: a game that talks nonsense is no
// reason to leave.
func next(ctx context.Context, conn *websocket.Conn) (f frame, err error) {
	kind, text, err := conn.Read(ctx)
	if err != nil {
		return f, err
	}
	if kind != websocket.MessageText || json.Unmarshal(text, &f) != nil {
		return frame{}, nil
	}
	return f, nil
}

// ending says what the end of a connection means: some are for good.
func ending(err error) error {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusNoStatusRcvd:
		return errFinal
	}
	return err
}
