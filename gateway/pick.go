package gateway

import (
	"context"
	"net/http"

	"partyline/actors"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// pick draws a game. It changes nothing, but a key makes the draw the same again.
func (h *handlers) pick() handler {
	s := decode.ParamsOf[protocol.Pick]()
	return func(ctx context.Context, in *request) (response, error) {
		var p protocol.Pick
		if err := in.decode(&p, s); err != nil {
			return response{}, err
		}
		if err := p.Check(); err != nil {
			return response{}, err
		}
		key, err := in.callKey(p)
		if err != nil {
			return response{}, err
		}
		answer, failed := h.once(ctx, key, func() (any, error) { return h.hub.Pick(ctx, p) })
		if failed != nil {
			return response{}, failed
		}
		return replyOf(http.StatusOK, answer), nil
	}
}

// once asks the hub for the key's first answer; without a key there is nothing to remember.
func (h *handlers) once(ctx context.Context, key *actors.Key, f func() (any, error)) (any, error) {
	if key == nil {
		return f()
	}
	return h.hub.Once(ctx, key, f)
}
