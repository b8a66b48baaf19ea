package ecast

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// reconnectLeast to reconnectMost, at random, is the wait before a lost connection is
	// opened again; doubled with each try up to reconnectTop.
	reconnectLeast = time.Second
	reconnectMost  = 1500 * time.Millisecond
	reconnectTop   = 13 * time.Second
	// reconnectTries is how often in a row that may fail: a minute's worth.
	reconnectTries = 8
	// steady is how long a connection lasts that begins the waits anew.
	steady = time.Minute
)

// listen keeps an observer's seat until the room is gone or the seat is lost. A
// connection that breaks off is opened again with the id and secret of its welcome. It
// returns nil when the game is over.
func (v *visit) listen(ctx context.Context) error {
	s := seat{host: v.entry.host, code: v.code, user: newUser()}
	wait := time.Duration(0)
	for tries := 0; ; tries++ {
		again := s.secret != ""
		begun := time.Now()
		welcomed, err := v.sit(ctx, &s)
		if time.Since(begun) >= steady {
			wait = 0
		}
		if welcomed {
			tries = 0
		}
		switch {
		case err == nil, ctx.Err() != nil, errors.Is(err, errGone), errors.Is(err, errThrottled), errors.Is(err, errFinal):
			return err
		case !welcomed && !again, tries == reconnectTries:
			return err
		case errors.Is(err, errNoSeat):
			// The seat is not ours any more; a new one may be had.
			return errors.New("the seat was not given back: " + err.Error())
		}
		if wait = min(2*wait, reconnectTop); wait == 0 {
			wait = reconnectLeast + time.Duration(v.client.jitter()*float64(reconnectMost-reconnectLeast))
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// sit is one connection from its welcome to its end, which is nil when the game is over.
func (v *visit) sit(ctx context.Context, s *seat) (welcomed bool, err error) {
	conn, w, err := v.client.connect(ctx, *s)
	if err != nil {
		return false, err
	}
	s.id, s.secret = w.ID.String(), w.Secret
	v.view.greet(w)
	v.show()
	if v.done() {
		_ = conn.CloseNow()
		return true, nil
	}
	return true, v.attend(ctx, conn)
}

// attend hears what is said until the connection ends, and looks up now and then.
func (v *visit) attend(ctx context.Context, conn *websocket.Conn) error {
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer func() { _ = conn.CloseNow() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ears := listenTo(ctx, conn, &tasks)
	tick := time.NewTicker(glanceEvery)
	defer tick.Stop()
	errands := make(chan errand, 1)
	away := false
	for {
		var err error
		select {
		case f := <-ears.frames:
			err = v.view.hear(f)
			v.showChange()
		case err = <-ears.end:
			err = ending(err)
		case e := <-errands:
			away = false
			err = v.welcomeBack(e)
		case <-tick.C:
			v.show()
			if !away {
				away = true
				v.sendOut(ctx, conn, &tasks, errands)
			}
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil || v.done() {
			return err
		}
	}
}
