package actors

import (
	"context"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/protocol"
)

// createWebhook gives the new webhook its id before its actor wakes.
func (h *Hub) createWebhook(c *ledger.Command, cmd protocol.CreateWebhook) *protocol.Error {
	id, err := h.post.roster.reserve()
	if err != nil {
		return err
	}
	cmd.ID = id
	c.Cmd = cmd
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		if err != nil {
			// Should it be on disk after all, its actor will say so when it has read it.
			h.post.roster.send(h.system.Root, id, unwanted{})
		}
		done(answer, err)
	}
	h.post.spawn(id, func() {})
	return h.sendWebhook(id, c)
}

func (h *Hub) sendWebhook(id protocol.WebhookID, m any) *protocol.Error {
	if !h.post.roster.send(h.system.Root, id, m) {
		return protocol.NotFound("Webhook")
	}
	return nil
}

// askWebhook reads the state of a webhook.
func askWebhook[T any](ctx context.Context, h *Hub, id protocol.WebhookID, read func(*webhook.State) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, &h.caller, func(w *webhook.State) (T, *protocol.Error) {
		var none T
		if !w.Exists() {
			return none, protocol.NotFound("Webhook")
		}
		return read(w)
	}, func(q *webhookQuery) *protocol.Error { return h.sendWebhook(id, q) })
}

// Webhooks lists all webhooks by id, ascending.
func (h *Hub) Webhooks(context.Context) ([]protocol.Webhook, error) {
	return h.post.roster.list(), nil
}

// Webhook is one webhook.
func (h *Hub) Webhook(ctx context.Context, id protocol.WebhookID) (protocol.Webhook, error) {
	return askWebhook(ctx, h, id, func(w *webhook.State) (protocol.Webhook, *protocol.Error) { return w.Webhook(), nil })
}
