package api

import (
	"context"
	"net/http"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// createWebhook and updateWebhook say at once what is wrong with a URL that no
// delivery could use. That may need a name to be looked up, so it is done here, in the
// request's goroutine, and not by the webhook.

func (h *Handlers) createWebhook() handler {
	s := decode.ParamsOf[protocol.CreateWebhook]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var c protocol.CreateWebhook
		if err := in.decode(&c, s); err != nil {
			return Response{}, err
		}
		return h.saveWebhook(ctx, in, c, &c.URL, http.StatusCreated)
	}
}

func (h *Handlers) updateWebhook() handler {
	s := decode.ParamsOf[protocol.UpdateWebhook]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var c protocol.UpdateWebhook
		if err := in.decode(&c, s); err != nil {
			return Response{}, err
		}
		return h.saveWebhook(ctx, in, c, c.URL, http.StatusOK)
	}
}

// saveWebhook checks the URL after everything else that can be wrong with the command,
// and not at all when its idempotency key has an answer: the name may resolve to another
// address by then.
func (h *Handlers) saveWebhook(ctx context.Context, in *Request, c protocol.Command, url *string, status int) (Response, error) {
	if err := c.Check(); err != nil {
		return Response{}, err
	}
	key, invalid := in.callKey(c)
	if invalid != nil {
		return Response{}, invalid
	}
	if url != nil && h.checkURL != nil && !h.hub.Answered(ctx, key) {
		if err := h.checkURL(ctx, *url); err != nil {
			return Response{}, protocol.Invalid("url cannot be called: %s", err)
		}
	}
	return send(ctx, h.hub, c, key, status)
}
