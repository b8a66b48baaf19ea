package contract_test

import (
	"context"
	"encoding/json"
	"testing"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// heldSender sends webhooks for a testServer. Every delivery waits until the test answers it.
type heldSender struct{ letters chan webhook.Attempt }

func newHeldSender() *heldSender { return &heldSender{make(chan webhook.Attempt)} }

// Deliver implements delivery.Sender.
func (c *heldSender) Deliver(ctx context.Context, _ webhook.Dispatch) webhook.Attempt {
	select {
	case a := <-c.letters:
		return a
	case <-ctx.Done():
		return webhook.Attempt{Failure: webhook.FailureTimeout, Error: "no answer in time"}
	}
}

// Forget implements delivery.Sender.
func (*heldSender) Forget(protocol.WebhookID) {}

// answer completes one delivery.
func (c *heldSender) answer(t *testing.T, status int) {
	t.Helper()
	select {
	case c.letters <- webhook.Attempt{Status: status, Excerpt: "ok"}:
	case <-t.Context().Done():
		t.Fatal("nothing is delivered")
	}
}

// deliveryErrors calls the operations on completed deliveries.
func deliveryErrors(c *heldSender) func(*testServer) {
	return func(h *testServer) {
		h.t.Helper()
		h.ask("webhooks.create", hook("Discord Bot")).want(201)
		h.ask("sessions.create", nil).want(201)
		h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
		c.answer(h.t, 200)
		id := h.delivered()
		h.ask("webhooks.redeliver", params{"id": 1, "deliveryId": id}, "Idempotency-Key", "k").want(200)
		h.ask("webhooks.redeliver", params{"id": 1, "deliveryId": id + 1}, "Idempotency-Key", "k").want(409)
		c.answer(h.t, 200)
		h.ask("webhooks.logs", params{"id": 1}).want(200)
		h.ask("webhooks.replay", params{"id": 1, "failed": true}, "Idempotency-Key", "k").want(200)
		h.ask("webhooks.replay", params{"id": 1, "since": now()}, "Idempotency-Key", "k").want(409)
		h.ask("webhooks.update", params{"id": 1, "enabled": false}).want(200)
		h.ask("webhooks.redeliver", params{"id": 1, "deliveryId": id}).want(409)
		h.ask("webhooks.replay", params{"id": 1, "failed": true}).want(409)
		h.ask("webhooks.health", params{"id": 1}).want(200)
		for h.ask("webhooks.test", params{"id": 1}).status == 200 && h.t.Context().Err() == nil {
		}
	}
}

// delivered waits until the first delivery is recorded.
func (h *testServer) delivered() int {
	h.t.Helper()
	for h.t.Context().Err() == nil {
		a := h.ask("webhooks.deliveries", params{"id": 1})
		var all []protocol.Delivery
		if err := json.Unmarshal(a.body, &all); err != nil {
			h.t.Fatal(err)
		}
		if len(all) > 0 && all[0].Status == protocol.DeliveryDelivered {
			return int(all[0].ID)
		}
	}
	h.t.Fatal("nothing is on record")
	return 0
}
