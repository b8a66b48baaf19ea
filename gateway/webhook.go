package gateway

import (
	"context"
	"net/http"

	"partyline/protocol"
)

// createWebhook and updateWebhook say at once what is wrong with a URL that no
// delivery could use. That may need a name to be looked up, so it is done here, in the
// goroutine of who asks, and not by the webhook.

func (g *Gateway) createWebhook() handler {
	s := shapeOf[protocol.CreateWebhook]()
	return func(ctx context.Context, in *input) (reply, error) {
		var c protocol.CreateWebhook
		if err := in.read(&c, s); err != nil {
			return reply{}, err
		}
		return g.saveWebhook(ctx, in, c, &c.URL, http.StatusCreated)
	}
}

func (g *Gateway) updateWebhook() handler {
	s := shapeOf[protocol.UpdateWebhook]()
	return func(ctx context.Context, in *input) (reply, error) {
		var c protocol.UpdateWebhook
		if err := in.read(&c, s); err != nil {
			return reply{}, err
		}
		return g.saveWebhook(ctx, in, c, c.URL, http.StatusOK)
	}
}

// saveWebhook looks at the URL after everything else that a command's shape can get
// wrong, and not at all when the command's key has an answer: what a name says may be
// another by then.
func (g *Gateway) saveWebhook(ctx context.Context, in *input, c protocol.Command, url *string, status int) (reply, error) {
	if err := c.Check(); err != nil {
		return reply{}, err
	}
	key, invalid := in.idempotency(c)
	if invalid != nil {
		return reply{}, invalid
	}
	if url != nil && g.checkURL != nil && !g.hub.Answered(ctx, key) {
		if err := g.checkURL(ctx, *url); err != nil {
			return reply{}, protocol.Invalid("url cannot be called: %s", err)
		}
	}
	return do(ctx, g.hub, in, c, status)
}
