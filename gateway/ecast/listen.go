package ecast

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// A lost connection is reopened after a random delay between minReconnectDelay and
	// maxFirstReconnectDelay, doubled with each try up to maxReconnectDelay.
	minReconnectDelay      = time.Second
	maxFirstReconnectDelay = 1500 * time.Millisecond
	maxReconnectDelay      = 13 * time.Second
	// maxReconnects is how often in a row that may fail: a minute's worth.
	maxReconnects = 8
	// stableAfter is how long a connection must last to reset the delays.
	stableAfter = time.Minute
)

// listen keeps an observer's connection until the room is gone or observing is refused. A
// connection that breaks off is reopened with the id and secret of its welcome. It returns nil
// when the game is over.
func (o *observation) listen(ctx context.Context) error {
	creds := credentials{host: o.room.host, code: o.code, user: newUserID()}
	wait := time.Duration(0)
	for tries := 0; ; tries++ {
		again := creds.secret != ""
		begun := time.Now()
		welcomed, err := o.runConnection(ctx, &creds)
		if time.Since(begun) >= stableAfter {
			wait = 0
		}
		if welcomed {
			tries = 0
		}
		switch {
		case err == nil, ctx.Err() != nil, errors.Is(err, errRoomGone), errors.Is(err, errThrottled), errors.Is(err, errClosedForGood):
			return err
		case !welcomed && !again, tries == maxReconnects:
			return err
		case errors.Is(err, errObserverRefused):
			// The id is not ours any more; the next observation may get a new one.
			return errors.New("the observer was not admitted again: " + err.Error())
		}
		if wait = min(2*wait, maxReconnectDelay); wait == 0 {
			wait = minReconnectDelay + time.Duration(o.client.jitter()*float64(maxFirstReconnectDelay-minReconnectDelay))
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// runConnection is one connection from its welcome to its end; the error is nil when the game
// is over.
func (o *observation) runConnection(ctx context.Context, creds *credentials) (welcomed bool, err error) {
	conn, w, err := o.client.connect(ctx, *creds)
	if err != nil {
		return false, err
	}
	creds.id, creds.secret = w.ID.String(), w.Secret
	o.view.applyWelcome(w)
	o.reportNow()
	if o.finished() {
		_ = conn.CloseNow()
		return true, nil
	}
	return true, o.followConnection(ctx, conn)
}

// followConnection applies the frames of a connection until it ends, and starts a side check
// at each pollInterval.
func (o *observation) followConnection(ctx context.Context, conn *websocket.Conn) error {
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer func() { _ = conn.CloseNow() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader := readFrames(ctx, conn, &tasks)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	checks := make(chan sideCheck, 1)
	checking := false
	for {
		var err error
		select {
		case f := <-reader.frames:
			err = o.view.applyFrame(f)
			o.reportChange()
		case err = <-reader.ended:
			err = closeError(err)
		case check := <-checks:
			checking = false
			err = o.applySideCheck(check)
		case <-tick.C:
			o.reportNow()
			if !checking {
				checking = true
				o.startSideCheck(ctx, conn, &tasks, checks)
			}
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil || o.finished() {
			return err
		}
	}
}
