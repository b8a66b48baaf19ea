package client

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"

	"partyline/protocol"
)

// ErrClosed is the error of requests after Close, and of those that Close has interrupted.
var ErrClosed = errors.New("the connection for requests is closed")

// RequestSocket sends requests over one WebSocket, any number concurrently; the server stops
// reading while too many of one connection are unanswered. The first request opens the
// connection, and after a loss the next request opens a new one. Methods may be called
// concurrently. The caller must Close it.
type RequestSocket struct {
	client *Client
	// dialing is a lock, held while a connection is opened.
	dialing chan struct{}

	mu     sync.Mutex
	conn   *requestConn // nil for none
	closed bool
}

// RequestSocket returns a RequestSocket without a connection yet.
func (c *Client) RequestSocket() *RequestSocket {
	return &RequestSocket{client: c, dialing: make(chan struct{}, 1)}
}

// Do sends a request for an operation with its data, such as "votes.live" with a
// protocol.CastVote, and decodes the answer as Call does. key is the idempotency key, "" for
// none. A refusal is an *Error; after any other error the outcome is unknown and the request
// must be sent again with its key, see Retry.
func (r *RequestSocket) Do(ctx context.Context, op, key string, data, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	s, err := r.socket(ctx)
	if err != nil {
		return err
	}
	res, err := s.request(ctx, op, key, data)
	if err != nil {
		return err
	}
	if res.Status/100 != 2 {
		return &Error{Call: op, Status: res.Status, Body: res.Data, Refusal: refusal(res.Data)}
	}
	return decode(res.Data, answer)
}

// Close closes the connection and fails all pending requests with ErrClosed.
func (r *RequestSocket) Close() {
	r.mu.Lock()
	s := r.conn
	r.conn, r.closed = nil, true
	r.mu.Unlock()
	if s != nil {
		s.end(ErrClosed)
	}
}

// socket returns the open connection, or opens one.
func (r *RequestSocket) socket(ctx context.Context) (*requestConn, error) {
	select {
	case r.dialing <- struct{}{}:
		defer func() { <-r.dialing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s, err := r.current(); s != nil || err != nil {
		return s, err
	}
	// The connection must outlive the request that opens it.
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	conn, err := r.client.Connect(life)
	if !stop() && err == nil {
		err = errors.Join(ctx.Err(), conn.Close())
	}
	if err != nil {
		cancel()
		return nil, err
	}
	s := &requestConn{conn: conn, cancel: cancel, ended: make(chan struct{}), waiting: map[string]chan response{}}
	go s.read() // ends with the connection
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conn = s
	return s, nil
}

func (r *RequestSocket) current() (*requestConn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	if r.conn == nil || r.conn.isEnded() {
		return nil, nil
	}
	return r.conn, nil
}

// requestConn is one connection with its pending requests.
type requestConn struct {
	conn   Socket
	cancel context.CancelFunc
	ended  chan struct{}

	mu      sync.Mutex
	endErr  error
	next    int
	waiting map[string]chan response
}

// response is the answer to a request, with data not decoded yet.
type response struct {
	Type   string          `json:"type"`
	ID     string          `json:"id"`
	Status int             `json:"status"`
	Data   json.RawMessage `json:"data"`
}

func (s *requestConn) isEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

func (s *requestConn) request(ctx context.Context, op, key string, data any) (response, error) {
	body, err := encode(data)
	if err != nil {
		return response{}, err
	}
	id, answered := s.register()
	defer s.unregister(id)
	text, err := encode(protocol.ClientMessage{Type: protocol.MessageRequest, ID: id, Op: op, Key: key, Data: body})
	if err != nil {
		return response{}, err
	}
	if err := s.conn.Send(text); err != nil {
		return response{}, err
	}
	select {
	case res := <-answered:
		return res, nil
	case <-s.ended:
		return response{}, s.endReason()
	case <-ctx.Done():
		return response{}, ctx.Err()
	}
}

func (s *requestConn) register() (id string, answered chan response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	id, answered = strconv.Itoa(s.next), make(chan response, 1)
	s.waiting[id] = answered
	return id, answered
}

func (s *requestConn) unregister(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, id)
}

// read passes responses to the pending requests until the connection ends.
func (s *requestConn) read() {
	for {
		text, err := s.conn.Next()
		if err != nil {
			s.end(err)
			return
		}
		var res response
		if json.Unmarshal(text, &res) != nil || res.Type != protocol.MessageResponse {
			continue // session.started or server.draining, which every client is sent
		}
		s.mu.Lock()
		answered := s.waiting[res.ID]
		delete(s.waiting, res.ID)
		s.mu.Unlock()
		if answered != nil {
			answered <- res
		}
	}
}

// end closes the connection and fails all pending requests. The first reason is kept.
func (s *requestConn) end(why error) {
	s.mu.Lock()
	if s.endErr == nil {
		s.endErr = why
		close(s.ended)
	}
	s.mu.Unlock()
	s.cancel()
	_ = s.conn.Close()
}

func (s *requestConn) endReason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endErr
}
