package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"partyline/protocol"
)

// Watch subscribes to a session and calls handle with each of its messages, one after the
// other, until handle fails, until the server refuses the token or the session, or until ctx
// ends. It returns that error.
//
// After a lost connection Watch reconnects, with a growing wait or after the wait that a
// stopping server has announced. The first message of every connection is a Subscribed. In
// events mode, a new connection resumes after the last event that handle has accepted, so no
// event is left out and none comes twice. Watch keeps sub.Since and sub.Epoch up to date for
// that; a program that stores them can resume after its own restart. When a Subscribed has
// Reset set, the server's data were restored from a backup: its snapshot replaces all earlier
// messages.
func (c *Client) Watch(ctx context.Context, sub *Subscription, handle func(Message) error) error {
	w := &watch{client: c, sub: sub, handle: handle}
	for {
		err := w.watchConnection(ctx)
		if w.handlerErr != nil {
			return w.handlerErr
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !Temporary(err) {
			return err
		}
		if err := sleep(ctx, w.reconnectWait(err)); err != nil {
			return err
		}
	}
}

// watch is the state of a Watch over all its connections.
type watch struct {
	client        *Client
	sub           *Subscription
	handle        func(Message) error
	handlerErr    error // what handle returned
	backoff       backoff
	announcedWait time.Duration // of server.draining; 0 for none
}

// watchConnection connects, subscribes and handles messages until the connection is lost.
func (w *watch) watchConnection(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // closes the socket, too
	s, err := w.client.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	subscribed, err := Subscribe(s, *w.sub)
	if err != nil {
		return err
	}
	if err := w.onSubscribed(subscribed); err != nil {
		return err
	}
	for {
		text, err := s.Next()
		if err != nil {
			return err
		}
		m, err := ReadMessage(text)
		if err == nil {
			err = w.onMessage(m)
		}
		if err != nil {
			return err
		}
	}
}

// onSubscribed passes the Subscribed message to handle and keeps the position for the next
// connection.
func (w *watch) onSubscribed(subscribed protocol.Subscribed) error {
	w.backoff.reset()
	text, err := encode(subscribed)
	if err != nil {
		return err
	}
	if err := w.callHandler(Message{Type: subscribed.Type, Session: subscribed.SessionID, Seq: subscribed.Seq, Text: text}); err != nil {
		return err
	}
	w.sub.Epoch = subscribed.Epoch
	if w.sub.Since == nil || subscribed.Reset {
		w.sub.Since = &subscribed.Seq
	}
	return nil
}

// onMessage passes the session's messages to handle.
func (w *watch) onMessage(m Message) error {
	switch {
	case m.Type == protocol.MessageDraining:
		var d protocol.Draining
		if err := m.Decode(&d); err != nil {
			return err
		}
		w.announcedWait = time.Duration(d.ReconnectInMs) * time.Millisecond
		return nil
	case m.Session != w.sub.Session:
		return nil // session.started of another session, which every client is sent
	case m.refused("") != nil:
		return m.refused("subscription")
	}
	if err := w.callHandler(m); err != nil {
		return err
	}
	if m.Event || m.Type == protocol.MessageSnapshot {
		seq := m.Seq
		w.sub.Since = &seq
	}
	return nil
}

func (w *watch) callHandler(m Message) error {
	w.handlerErr = w.handle(m)
	return w.handlerErr
}

// reconnectWait is how long to wait before the next connection.
func (w *watch) reconnectWait(err error) time.Duration {
	announced := w.announcedWait
	w.announcedWait = 0
	if announced > 0 {
		return announced + rand.N(announced/2+1)
	}
	return w.backoff.next(err)
}

// LatestSeq returns the seq of a session's newest event.
func (c *Client) LatestSeq(ctx context.Context, id protocol.SessionID) (protocol.Seq, error) {
	s, err := c.Connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close() }()
	subscribed, err := Subscribe(s, Subscription{Session: id, Mode: protocol.ModeEvents})
	return subscribed.Seq, err
}

// Events calls visit with each event of a session, from the first to the one that is the
// newest at the call. It does not reconnect: an error is final.
func (c *Client) Events(ctx context.Context, id protocol.SessionID, visit func(event []byte) error) error {
	s, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	subscribed, err := Subscribe(s, Subscription{Session: id, Mode: protocol.ModeEvents, Since: new(protocol.Seq)})
	if err := errors.Join(err, s.SetReadDeadline(time.Now().Add(callTimeout))); err != nil {
		return err
	}
	for last := protocol.Seq(0); last < subscribed.Seq; {
		text, err := s.Next()
		if err != nil {
			return err
		}
		m, err := ReadMessage(text)
		if err != nil {
			return err
		}
		if !m.Event || m.Session != id {
			continue
		}
		if err := visit(text); err != nil {
			return err
		}
		last = m.Seq
	}
	return nil
}
