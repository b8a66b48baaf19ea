package api

import (
	"context"
	"fmt"

	"partyline/protocol"
)

// CreateWebhook registers an endpoint.
func (c *Client) CreateWebhook(ctx context.Context, w protocol.CreateWebhook) (saved protocol.WebhookSaved, err error) {
	return saved, c.call(ctx, "POST", "/api/webhooks", w, &saved)
}

// WebhookHealth reads how a webhook is doing.
func (c *Client) WebhookHealth(ctx context.Context, id protocol.WebhookID) (h protocol.WebhookHealth, err error) {
	return h, c.call(ctx, "GET", fmt.Sprintf("/api/webhooks/%d/health", id), nil, &h)
}

// Deliveries reads the newest deliveries of a webhook in that status, as many as a
// page holds.
func (c *Client) Deliveries(ctx context.Context, id protocol.WebhookID, status protocol.DeliveryStatus) (list []protocol.Delivery, err error) {
	return list, c.call(ctx, "GET", fmt.Sprintf("/api/webhooks/%d/deliveries?status=%s&limit=%d", id, status, protocol.MaxPageSize), nil, &list)
}

// Redeliver sends a delivery again; one that waits for its next try is tried at once.
func (c *Client) Redeliver(ctx context.Context, id protocol.WebhookID, delivery protocol.DeliveryID) error {
	return c.call(ctx, "POST", fmt.Sprintf("/api/webhooks/%d/deliveries/%d/redeliver", id, delivery), struct{}{}, nil)
}

// CastVotes casts a batch, 1,000 votes at most. It is an error when one of them is
// not recorded.
func (c *Client) CastVotes(ctx context.Context, votes []protocol.CastVote) error {
	var said protocol.BatchResult
	if err := c.call(ctx, "POST", "/api/votes/batch", protocol.CastVotes{Votes: votes}, &said); err != nil {
		return err
	}
	for i, r := range said.Results {
		if r.Error != "" {
			return fmt.Errorf("vote %d of %d: %s", i+1, len(votes), r.Error)
		}
	}
	if said.Accepted != len(votes) {
		return fmt.Errorf("%d of %d votes were recorded", said.Accepted, len(votes))
	}
	return nil
}
