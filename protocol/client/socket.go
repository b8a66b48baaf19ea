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
	// dialTimeout bounds the handshake, writeTimeout one message: a server that accepts none
	// for that long is gone.
	dialTimeout  = 20 * time.Second
	writeTimeout = 10 * time.Second
	// pingInterval is the time between pings; without a pong within pongTimeout the connection
	// is lost: a network failure is otherwise not noticed.
	pingInterval = 30 * time.Second
	pongTimeout  = 15 * time.Second
)

// Socket sends and receives the messages of one WebSocket. Only one goroutine may call Next;
// Send and Close may be called concurrently.
type Socket interface {
	// Next waits for the next message, which is valid until the following call. The error
	// after the server has closed the connection is a *CloseError.
	Next() ([]byte, error)
	Send(message []byte) error
	// SetReadDeadline sets the time at which later calls of Next fail; the zero time is never.
	SetReadDeadline(time.Time) error
	Close() error
}

// CloseError is the server's close frame. Code is 1005 when the frame has none.
type CloseError struct {
	Code   int
	Reason string
}

func (e *CloseError) Error() string { return fmt.Sprintf("closed %d %s", e.Code, e.Reason) }

// temporary reports whether connecting again may help. It does not when the token is no
// longer valid, or when the client sent something invalid.
func (e *CloseError) temporary() bool {
	return !slices.Contains([]protocol.CloseCode{protocol.CloseForbidden, protocol.CloseBadData, protocol.CloseInvalidUTF8,
		protocol.CloseTooBig, protocol.CloseAuthTimeout}, protocol.CloseCode(e.Code))
}

// Connect opens a WebSocket and authenticates it. The connection is closed when ctx ends.
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

// refusedHandshake returns the server's error when it sent one, such as too many connections
// or a server that is starting.
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

// Close closes the connection without a closing handshake. Nothing is lost by that: the
// outcome of what the server has not acknowledged is unknown in any case.
func (s *socket) Close() error {
	s.cancel()
	return s.conn.CloseNow()
}

// ping closes the connection when a pong is missing.
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
