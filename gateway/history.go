package gateway

import "context"

// inHistoryQueue lets a handler read the vote history when it is the turn of whoever asks.
func (g *Gateway) inHistoryQueue(h handler) handler {
	return func(ctx context.Context, in *request) (response, error) {
		release, err := g.historyQueue.Acquire(ctx, in.principal, in.client)
		if err != nil {
			return response{}, err
		}
		defer release()
		return h(ctx, in)
	}
}
