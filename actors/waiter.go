package actors

import (
	"context"
	"sync"

	"partyline/protocol"
)

// waiter turns a callback into a wait.
type waiter struct {
	pool   *waiters
	done   func(any, *protocol.Error)
	result chan result
}

type result struct {
	answer any
	err    *protocol.Error
}

// waiters keeps waiters for the next one who waits.
type waiters struct{ pool sync.Pool }

func (p *waiters) get() *waiter {
	if w, ok := p.pool.Get().(*waiter); ok {
		return w
	}
	w := &waiter{pool: p, result: make(chan result, 1)}
	w.done = func(answer any, err *protocol.Error) { w.result <- result{answer, err} }
	return w
}

// wait returns the answer, or a timeout when ctx ends first; then the answer may
// still come, so this waiter is not used again.
func (w *waiter) wait(ctx context.Context) (any, error) {
	select {
	case r := <-w.result:
		w.pool.pool.Put(w)
		if r.err != nil {
			return nil, r.err
		}
		return r.answer, nil
	case <-ctx.Done():
		return nil, protocol.TimedOut()
	}
}
