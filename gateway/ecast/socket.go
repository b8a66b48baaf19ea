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
	// observerName is our name in the lists of observers.
	observerName = "PARTYLINE"
	// maxBeforeWelcome is how many frames may come before the welcome.
	maxBeforeWelcome = 32
)

// credentials identify an observer in a room. id and secret, set after a welcome, reopen the
// same observer's connection.
type credentials struct {
	host, code string
	user       string
	id, secret string
}

// playURL is the URL of the observer's connection.
func (c *Client) playURL(creds credentials) string {
	q := url.Values{"role": {role}, "name": {observerName}, "format": {"json"}, "user-id": {creds.user}}
	if creds.secret != "" {
		q.Set("id", creds.id)
		q.Set("secret", creds.secret)
	}
	u := url.URL{Scheme: "wss", Host: creds.host, Path: c.base.Path + "/rooms/" + creds.code + "/play", RawQuery: q.Encode()}
	if c.base.Scheme == "http" {
		u.Scheme = "ws"
	}
	return u.String()
}

// connect opens an observer's connection and waits for the welcome. The caller closes the
// connection.
func (c *Client) connect(ctx context.Context, creds credentials) (conn *websocket.Conn, w *welcome, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, _, err = websocket.Dial(ctx, c.playURL(creds), &websocket.DialOptions{
		HTTPClient:   c.http,
		HTTPHeader:   http.Header{"User-Agent": {userAgent}},
		Subprotocols: []string{subprotocol},
	})
	if err != nil {
		return nil, nil, handshakeError(err)
	}
	conn.SetReadLimit(maxResponse)
	if conn.Subprotocol() != subprotocol {
		_ = conn.CloseNow()
		return nil, nil, fmt.Errorf("%w: not the protocol of rooms", errBadResponse)
	}
	if w, err = readWelcome(ctx, conn); err != nil {
		_ = conn.CloseNow()
		return nil, nil, err
	}
	return conn, w, nil
}

// handshakeError removes the URL of a handshake, which holds the secret.
func handshakeError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return withoutURL("connect", u)
	}
	return fmt.Errorf("connect: %w", err)
}

// readWelcome reads up to the welcome, or the error in its place.
func readWelcome(ctx context.Context, conn *websocket.Conn) (*welcome, error) {
	for range maxBeforeWelcome {
		f, err := readFrame(ctx, conn)
		if err != nil {
			return nil, err
		}
		switch f.Opcode {
		case "client/welcome":
			w := new(welcome)
			if err := json.Unmarshal(f.Result, w); err != nil {
				return nil, fmt.Errorf("%w: no welcome", errBadResponse)
			}
			return w, nil
		case "error":
			e := new(serviceError)
			if err := json.Unmarshal(f.Result, e); err != nil {
				return nil, fmt.Errorf("%w: no error in an error frame", errBadResponse)
			}
			return nil, e
		case "room/exit":
			return nil, errRoomGone
		}
	}
	return nil, fmt.Errorf("%w: no welcome", errBadResponse)
}

// readFrame reads one frame. A message that is not a frame is returned as an empty one: a game
// that sends invalid messages is no reason to stop.
func readFrame(ctx context.Context, conn *websocket.Conn) (f frame, err error) {
	kind, text, err := conn.Read(ctx)
	if err != nil {
		return f, err
	}
	if kind != websocket.MessageText || json.Unmarshal(text, &f) != nil {
		return frame{}, nil
	}
	return f, nil
}

// closeError classifies the end of a connection: normal closures are for good.
func closeError(err error) error {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusNoStatusRcvd:
		return errClosedForGood
	}
	return err
}
