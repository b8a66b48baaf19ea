package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"partyline/protocol"
)

// Watch follows a session and calls handle with each of its messages, one after the
// other, until handle fails, until the hub refuses what no other try can change (the token,
// the session), or until ctx ends; the error says which.
//
// It connects again after each loss, with a growing wait, or after as long as a hub that
// stops has asked for. The first message of every connection is subscribed. In events mode
// the second connection and all later ones resume after the last event that handle has
// taken, so no event is left out and none comes twice; sub.Since and sub.Epoch are kept up
// to date for that, and whoever stores them can go on after a restart of its own. Where
// subscribed says reset, the hub's data were restored from a backup: its snapshot takes
// the place of all that came before.
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

// watch is a Watch across its connections.
type watch struct {
	client        *Client
	sub           *Subscription
	handle        func(Message) error
	handlerErr    error // what handle returned
	backoff       backoff
	announcedWait time.Duration // by server.draining; 0 for nothing
}

// connection watches until the connection is lost.
func (w *watch) watchConnection(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // closes the socket, too
	s, err := w.client.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	hello, err := Subscribe(s, *w.sub)
	if err != nil {
		return err
	}
	if err := w.onSubscribed(hello); err != nil {
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

// begin hands subscribed on and notes where live begins.
func (w *watch) onSubscribed(hello protocol.Subscribed) error {
	w.backoff.reset()
	text, err := encode(hello)
	if err != nil {
		return err
	}
	if err := w.callHandler(Message{Type: hello.Type, Session: hello.SessionID, Seq: hello.Seq, Text: text}); err != nil {
		return err
	}
	w.sub.Epoch = hello.Epoch
	if w.sub.Since == nil || hello.Reset {
		w.sub.Since = &hello.Seq
	}
	return nil
}

// see hands on what is of the session.
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
		return nil // the start of another session, which everybody is told
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

// pause is how long to wait before the next connection.
func (w *watch) reconnectWait(err error) time.Duration {
	told := w.announcedWait
	w.announcedWait = 0
	if told > 0 {
		return told + rand.N(told/2+1)
	}
	return w.backoff.next(err)
}

// Head asks for the seq of a session's newest event.
func (c *Client) LatestSeq(ctx context.Context, id protocol.SessionID) (protocol.Seq, error) {
	s, err := c.Connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close() }()
	hello, err := Subscribe(s, Subscription{Session: id, Mode: protocol.ModeEvents})
	return hello.Seq, err
}

// Events calls visit with each event of a session, from the first to the one that is the
// newest at the call. It does not connect again: an error is final.
func (c *Client) Events(ctx context.Context, id protocol.SessionID, visit func(event []byte) error) error {
	s, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	hello, err := Subscribe(s, Subscription{Session: id, Mode: protocol.ModeEvents, Since: new(protocol.Seq)})
	if err := errors.Join(err, s.SetReadDeadline(time.Now().Add(callTimeout))); err != nil {
		return err
	}
	for last := protocol.Seq(0); last < hello.Seq; {
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
