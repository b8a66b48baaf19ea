package rest

import (
	"context"
	"sync/atomic"
	"time"

	"partyline/gateway/api"
)

// sharedTimeout makes contexts that end api.RequestTimeout from now, to a second: one for all
// requests of a second, so that none needs a timer of its own. The zero value is ready.
type sharedTimeout struct{ current atomic.Pointer[timedContext] }

type timedContext struct {
	context.Context
	made time.Time
}

// context returns the context of the second.
func (t *sharedTimeout) context(now time.Time) context.Context {
	const sharedFor = time.Second
	if c := t.current.Load(); c != nil && now.Sub(c.made) < sharedFor {
		return c.Context
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(api.RequestTimeout+sharedFor, cancel)
	t.current.Store(&timedContext{ctx, now})
	return ctx
}
