package gateway

import "context"

// inHistoryQueue lets a handler read the vote history when it is the turn of whoever asks.
func (h *handlers) inHistoryQueue(next handler) handler {
	return func(ctx context.Context, in *request) (response, error) {
		release, err := h.historyQueue.Acquire(ctx, in.principal, in.client)
		if err != nil {
			return response{}, err
		}
		defer release()
		return next(ctx, in)
	}
}
