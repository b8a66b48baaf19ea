package api

import (
	"context"
	"net/http"

	"partyline/actors"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// pick is games.pick: it draws a game. It changes nothing, but an idempotency key makes
// the draw the same again.
func (h *Handlers) pick() handler {
	s := decode.ParamsOf[protocol.Pick]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var p protocol.Pick
		if err := in.decode(&p, s); err != nil {
			return Response{}, err
		}
		if err := p.Check(); err != nil {
			return Response{}, err
		}
		key, err := in.callKey(p)
		if err != nil {
			return Response{}, err
		}
		answer, failed := once(ctx, h.hub, key, func() (any, error) { return h.hub.Pick(ctx, p) })
		if failed != nil {
			return Response{}, failed
		}
		return replyOf(http.StatusOK, answer), nil
	}
}

// once returns the first answer of an idempotency key; without a key it calls f.
func once(ctx context.Context, hub Commands, key *actors.Key, f func() (any, error)) (any, error) {
	if key == nil {
		return f()
	}
	return hub.Once(ctx, key, f)
}
