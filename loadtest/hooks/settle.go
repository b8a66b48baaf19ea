package hooks

import (
	"context"
	"fmt"
	"time"

	"partyline/loadtest/hooks/judge"
	"partyline/protocol"
)

// lookAgain is how often webhooks that still wait are looked at.
const lookAgain = 250 * time.Millisecond

// settle waits until no webhook has anything to deliver, and returns how long that
// took. One that still waits at the end is no error here: what it has not delivered
// will be missing.
func (c *ordeal) settle(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	told := began
	for {
		busy, err := c.busy(ctx)
		if err != nil {
			return 0, err
		}
		waited := time.Since(began)
		if len(busy) == 0 || waited > c.o.SettleWithin {
			return waited, nil
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			c.o.Progress(fmt.Sprintf("%d webhooks still wait: %s", len(busy), busy[0]))
		}
		if err := wait(ctx, lookAgain); err != nil {
			return 0, err
		}
	}
}

// busy names the webhooks that have something to deliver.
func (c *ordeal) busy(ctx context.Context) (busy []string, err error) {
	for i := range c.hooks {
		h := &c.hooks[i]
		health, err := c.client.WebhookHealth(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		if health.QueueLength == 0 && health.State == protocol.WebhookHealthy && health.NextAttemptAt == nil {
			continue
		}
		busy = append(busy, fmt.Sprintf("webhook %d is %s, %d wait", h.ID, health.State, health.QueueLength))
		if c.o.Nudge && health.NextAttemptAt != nil {
			if err := c.nudge(ctx, h); err != nil {
				return nil, err
			}
		}
	}
	return busy, nil
}

// nudge has what waits for its next try tried at once. When it was delivered in the
// meantime, it comes once more, as a redelivery.
func (c *ordeal) nudge(ctx context.Context, h *judge.Hook) error {
	pending, err := c.client.Deliveries(ctx, h.ID, protocol.DeliveryPending)
	if err != nil || len(pending) == 0 {
		return err
	}
	h.Asked = append(h.Asked, pending[0].ID)
	return c.client.Redeliver(ctx, h.ID, pending[0].ID)
}

// bury reads what is listed as dead.
func (c *ordeal) bury(ctx context.Context) error {
	for i := range c.hooks {
		h := &c.hooks[i]
		dead, err := c.client.Deliveries(ctx, h.ID, protocol.DeliveryDead)
		if err != nil {
			return err
		}
		h.Dead = nil
		for _, d := range dead {
			h.Dead = append(h.Dead, d.ID)
		}
	}
	return nil
}

// story puts together what is known.
func (c *ordeal) story(ctx context.Context) (s judge.Story, err error) {
	if err = c.bury(ctx); err != nil {
		return s, err
	}
	s.Hooks, s.Lives = c.hooks, c.lives
	for _, id := range c.ids {
		events, err := Log(ctx, c.addr, c.client.Token, id)
		if err != nil {
			return s, err
		}
		s.Log = append(s.Log, events...)
	}
	s.Sights, err = c.receiver.Journal(ctx)
	return s, err
}
