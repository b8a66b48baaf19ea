package api

import "context"

// inHistoryQueue lets a handler read the vote history when it is the turn of whoever asks.
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
