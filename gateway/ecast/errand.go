package ecast

import (
	"context"
	"errors"
	"sync"

	"github.com/coder/websocket"
)

// ears are one connection being read.
type ears struct {
	frames chan frame
	end    chan error // told once
}

// listenTo reads a connection until it ends.
func listenTo(ctx context.Context, conn *websocket.Conn, tasks *sync.WaitGroup) ears {
	e := ears{frames: make(chan frame), end: make(chan error, 1)}
	tasks.Go(func() {
		for {
			f, err := next(ctx, conn)
			if err != nil {
				e.end <- err
				return
			}
			select {
			case e.frames <- f:
			case <-ctx.Done():
				return
			}
		}
	})
	return e
}

// errand is what came of a look beside the connection: a fresh welcome, or whether the
// connection still lives.
type errand struct {
	welcome *welcome
	lost    error // the connection is dead
	gone    bool  // so is the room
}

// sendOut looks beside the connection. Some games do not say who comes in: there a
// short visit reads in its welcome who is here. Otherwise a ping is enough: a
// connection that broke off without a word would be listened to for ever.
func (v *visit) sendOut(ctx context.Context, conn *websocket.Conn, tasks *sync.WaitGroup, back chan<- errand) {
	probe := !v.view.joins && !v.view.started
	s := seat{host: v.entry.host, code: v.code}
	tasks.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		if err := conn.Ping(ctx); err != nil {
			back <- errand{lost: bare("ping", err)}
			return
		}
		if !probe {
			back <- errand{}
			return
		}
		s.user = newUser()
		back <- v.client.probe(ctx, s)
	})
}

// probe reads who is here. The service keeps a connection that says goodbye for a while,
// so it is closed hard.
func (c *Client) probe(ctx context.Context, s seat) errand {
	conn, w, err := c.connect(ctx, s)
	if err != nil {
		return errand{gone: errors.Is(err, errGone)} // anything else is tried again the next time
	}
	_ = conn.CloseNow()
	return errand{welcome: w}
}

// welcomeBack takes in what came of an errand.
func (v *visit) welcomeBack(e errand) error {
	switch {
	case e.gone:
		return errGone
	case e.lost != nil:
		return e.lost
	case e.welcome != nil:
		v.view.greet(e.welcome)
		v.showChange()
	}
	return nil
}
