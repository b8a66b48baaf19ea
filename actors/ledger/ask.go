package ledger

import (
	"context"

	"partyline/actors/admission"
	"partyline/protocol"
)

// Caller sends requests to actors on behalf of callers outside of them: the gate admits each
// request, and a future waits for its answer.
type Caller struct {
	Gate    *admission.Gate
	Futures Futures
}

// Ask sends a query and waits for the answer. read runs in the actor that send gives the query
// to. The errors are *protocol.Error.
func Ask[S, T any](ctx context.Context, c *Caller, read func(S) (T, *protocol.Error), send func(*Query[S]) *protocol.Error) (T, error) {
	q := &Query[S]{Read: func(state S, _ protocol.Seq) (any, *protocol.Error) { return read(state) }}
	return AskQuery[S, T](ctx, c, q, send)
}

// AskQuery does what Ask does with a query that reads the sequence number too, or is a barrier.
// The answer of q.Read must be a T.
func AskQuery[S, T any](ctx context.Context, c *Caller, q *Query[S], send func(*Query[S]) *protocol.Error) (T, error) {
	var none T
	slots, refusal := c.Gate.Acquire(admission.ClassFrom(ctx), 1)
	if refusal != nil {
		return none, refusal
	}
	future := c.Futures.Get()
	q.Slots, q.Done = slots, future.Done
	if err := send(q); err != nil {
		q.Respond(nil, err)
	}
	answer, err := future.Wait(ctx)
	if err != nil {
		return none, ReadError(ToClient(err))
	}
	return answer.(T), nil
}
