package api

import "context"

// inHistoryQueue calls a handler that reads the vote history when it is the requester's
// turn.
func (h *Handlers) inHistoryQueue(next handler) handler {
	return func(ctx context.Context, in *Request) (Response, error) {
		release, err := h.historyQueue.Acquire(ctx, in.Principal, in.Client)
		if err != nil {
			return Response{}, err
		}
		defer release()
		return next(ctx, in)
	}
}
