package ledger

import (
	"context"
	"sync"

	"partyline/protocol"
)

// Future turns the callback of a request into a wait.
type Future struct {
	futures *Futures
	// Done is the callback to give to the request.
	Done   func(any, *protocol.Error)
	result chan result
}

type result struct {
	answer any
	err    *protocol.Error
}

// Futures keeps futures for reuse.
type Futures struct{ pool sync.Pool }

// Get returns a future for one request.
func (p *Futures) Get() *Future {
	if f, ok := p.pool.Get().(*Future); ok {
		return f
	}
	f := &Future{futures: p, result: make(chan result, 1)}
	f.Done = func(answer any, err *protocol.Error) { f.result <- result{answer, err} }
	return f
}

// Wait returns the answer, or protocol.TimedOut when ctx ends first; then the answer may
// still come, so this future is not used again.
func (f *Future) Wait(ctx context.Context) (any, error) {
	select {
	case r := <-f.result:
		f.futures.pool.Put(f)
		if r.err != nil {
			return nil, r.err
		}
		return r.answer, nil
	case <-ctx.Done():
		return nil, protocol.TimedOut()
	}
}
