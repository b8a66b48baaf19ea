package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

const (
	// WebSocketPath is the path of the WebSocket.
	WebSocketPath = "/api/sessions/live"
	// dialTimeout bounds the handshake, writeTimeout one message: a hub that takes none for
	// so long is gone.
	dialTimeout  = 20 * time.Second
	writeTimeout = 10 * time.Second
	// pingEvery is how often a connection is tried; without an answer within pongWithin it
	// is lost: a network that has vanished says nothing.
	pingInterval = 30 * time.Second
	pongTimeout  = 15 * time.Second
)

// Socket carries the messages of one WebSocket. One goroutine calls Next; Send and Close
// may be called from any.
type Socket interface {
	// Next waits for the next message, which is valid until the following call. The error
	// after the hub has closed the connection is a *CloseError.
	Next() ([]byte, error)
	Send(message []byte) error
	// SetReadDeadline ends a Next that begins later at that time; the zero time is never.
	SetReadDeadline(time.Time) error
	Close() error
}

// CloseError is the hub's close frame. Code is 1005 when it named none.
type CloseError struct {
	Code   int
	Reason string
}

func (e *CloseError) Error() string { return fmt.Sprintf("closed %d %s", e.Code, e.Reason) }

// temporary says whether connecting again may help. It does not where the token no longer
// holds, or where what was sent was wrong.
func (e *CloseError) temporary() bool {
	return !slices.Contains([]protocol.CloseCode{protocol.CloseForbidden, protocol.CloseBadData, protocol.CloseInvalidUTF8,
		protocol.CloseTooBig, protocol.CloseAuthTimeout}, protocol.CloseCode(e.Code))
}

// Connect opens a WebSocket and authenticates it. Ctx bounds the whole connection: it is
// closed when ctx ends.
func (c *Client) Connect(ctx context.Context) (Socket, error) {
	s, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := Authenticate(s, c.token); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// socket is a Socket of the websocket library.
type socket struct {
	conn   *websocket.Conn
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	deadline time.Time
}

func (c *Client) dial(ctx context.Context) (*socket, error) {
	dialing, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	conn, res, err := websocket.Dial(dialing, c.base+WebSocketPath, &websocket.DialOptions{HTTPClient: c.http})
	if err != nil {
		return nil, refusedHandshake(res, err)
	}
	conn.SetReadLimit(maxAnswer)
	s := &socket{conn: conn}
	s.ctx, s.cancel = context.WithCancel(ctx)
	go s.ping() // ends with the connection
	return s, nil
}

// refusedHandshake is the hub's own error where it sent one: too many connections, a
// hub that is starting.
func refusedHandshake(res *http.Response, err error) error {
	if res != nil && res.Body != nil && res.StatusCode != http.StatusSwitchingProtocols {
		return newError(res)
	}
	return fmt.Errorf("connect: %w", err)
}

func (s *socket) Next() ([]byte, error) {
	s.mu.Lock()
	deadline := s.deadline
	s.mu.Unlock()
	ctx := s.ctx
	if !deadline.IsZero() {
		bounded, stop := context.WithDeadline(ctx, deadline)
		defer stop()
		ctx = bounded
	}
	_, message, err := s.conn.Read(ctx)
	return message, closeError(err)
}

func (s *socket) Send(message []byte) error {
	ctx, stop := context.WithTimeout(s.ctx, writeTimeout)
	defer stop()
	return closeError(s.conn.Write(ctx, websocket.MessageText, message))
}

func (s *socket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	return nil
}

// Close cuts the connection. Nothing is lost: what the hub has not acknowledged is unknown
// in any case.
func (s *socket) Close() error {
	s.cancel()
	return s.conn.CloseNow()
}

// ping cuts a connection that no longer answers.
func (s *socket) ping() {
	tick := time.NewTicker(pingInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
		ctx, stop := context.WithTimeout(s.ctx, pongTimeout)
		err := s.conn.Ping(ctx)
		stop()
		if err != nil {
			_ = s.Close()
			return
		}
	}
}

func closeError(err error) error {
	if closed, ok := errors.AsType[websocket.CloseError](err); ok {
		return &CloseError{Code: int(closed.Code), Reason: closed.Reason}
	}
	return err
}
