package gateway

import (
	"context"
	"net/http"

	"partyline/actors"
	"partyline/protocol"
)

// pick draws a game. It changes nothing, but a key makes the draw the same again.
func (g *Gateway) pick() handler {
	s := shapeOf[protocol.Pick]()
	return func(ctx context.Context, in *input) (reply, error) {
		var p protocol.Pick
		if err := in.read(&p, s); err != nil {
			return reply{}, err
		}
		if err := p.Check(); err != nil {
			return reply{}, err
		}
		key, err := in.idempotency(p)
		if err != nil {
			return reply{}, err
		}
		answer, failed := g.once(ctx, key, func() (any, error) { return g.hub.Pick(ctx, p) })
		if failed != nil {
			return reply{}, failed
		}
		return replyOf(http.StatusOK, answer), nil
	}
}

// once asks the hub for the key's first answer; without a key there is nothing to remember.
func (g *Gateway) once(ctx context.Context, key *actors.Key, f func() (any, error)) (any, error) {
	if key == nil {
		return f()
	}
	return g.hub.Once(ctx, key, f)
}
