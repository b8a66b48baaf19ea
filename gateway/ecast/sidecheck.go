package ecast

import (
	"context"
	"errors"
	"sync"

	"github.com/coder/websocket"
)

// frameReader delivers the frames of one connection.
type frameReader struct {
	frames chan frame
	ended  chan error // sent once
}

// readFrames reads a connection until it ends.
func readFrames(ctx context.Context, conn *websocket.Conn, tasks *sync.WaitGroup) frameReader {
	r := frameReader{frames: make(chan frame), ended: make(chan error, 1)}
	tasks.Go(func() {
		for {
			f, err := readFrame(ctx, conn)
			if err != nil {
				r.ended <- err
				return
			}
			select {
			case r.frames <- f:
			case <-ctx.Done():
				return
			}
		}
	})
	return r
}

// sideCheck is the result of a check beside the connection: a fresh welcome, or whether the
// connection still works.
type sideCheck struct {
	welcome  *welcome
	connErr  error // the connection is dead
	roomGone bool  // and so is the connection
}

// startSideCheck checks beside the connection. Some games do not report who joins: then a
// second, short connection reads in its welcome who is there. Otherwise a ping is enough:
// without it a connection that broke off silently would be listened to for ever.
func (o *observation) startSideCheck(ctx context.Context, conn *websocket.Conn, tasks *sync.WaitGroup, results chan<- sideCheck) {
	probe := !o.view.reportsJoins && !o.view.started
	creds := credentials{host: o.room.host, code: o.code}
	tasks.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		if err := conn.Ping(ctx); err != nil {
			results <- sideCheck{connErr: withoutURL("ping", err)}
			return
		}
		if !probe {
			results <- sideCheck{}
			return
		}
		creds.user = newUserID()
		results <- o.client.probeRoom(ctx, creds)
	})
}

// probeRoom reads who is in the room. The service keeps a connection that closes normally for
// a while, so it is closed hard.
func (c *Client) probeRoom(ctx context.Context, creds credentials) sideCheck {
	conn, w, err := c.connect(ctx, creds)
	if err != nil {
		return sideCheck{roomGone: errors.Is(err, errRoomGone)} // after any other error the next side check tries again
	}
	_ = conn.CloseNow()
	return sideCheck{welcome: w}
}

// applySideCheck updates the view from a side check.
func (o *observation) applySideCheck(check sideCheck) error {
	switch {
	case check.roomGone:
		return errRoomGone
	case check.connErr != nil:
		return check.connErr
	case check.welcome != nil:
		o.view.applyWelcome(check.welcome)
		o.reportChange()
	}
	return nil
}
