package webhooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/oracle/webhook"
	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
	"partyline/protocol"
	"partyline/protocol/client"
)

// lookAgain is how often webhooks are checked for pending deliveries.
const lookAgain = 250 * time.Millisecond

// Options of a Check.
type Options struct {
	// Progress is called with what still waits; nil for silence.
	Progress func(sentence string)
	// Webhooks is how many are registered, each with an endpoint of its own.
	Webhooks int
	// Plan is how the endpoints fail.
	Plan receiver.Plan
	// EachOneSession subscribes every webhook to one session, the first only to its votes. It is
	// for more votes than an endpoint, which takes one delivery at a time, can have. Without it
	// most have the votes of all sessions, some everything, some one session.
	EachOneSession bool
	// RetryAtEnd retries waiting deliveries at once in the end, by redelivering them; without it
	// the schedule decides, which takes a minute or two.
	RetryAtEnd bool
	// SettleWithin bounds the time at the end until nothing waits (4 minutes).
	SettleWithin time.Duration
}

// Check checks the webhooks of a run: each event that a webhook wants is accepted by its endpoint
// or listed as dead, in order, and nothing comes twice except by a kill. One goroutine owns it.
// The zero Check has no webhooks and checks nothing.
type Check struct {
	o        Options
	receiver *receiver.Receiver
	run      webhook.Run
	ids      []protocol.SessionID
}

// Outcome is what a Check found.
type Outcome struct {
	webhook.Verdict
	// Latency is from the time in a voter's name, see receiver.Voter, to the arrival.
	Latency report.Summary `json:"vote_to_receiver"`
	// Settled is how long it took in the end until nothing waited, in seconds.
	Settled float64 `json:"settled_s"`
}

// Start starts the endpoints. Close the Check.
func Start(o Options) (*Check, error) {
	report.Default(&o.SettleWithin, 4*time.Minute)
	r, err := receiver.Start(o.Plan)
	return &Check{o: o, receiver: r}, err
}

// Close ends the endpoints.
func (c *Check) Close() error {
	if c.receiver == nil {
		return nil
	}
	return c.receiver.Close()
}

// Started begins a lifetime of the server.
func (c *Check) Started(at time.Time) {
	c.run.Lifetimes = append(c.run.Lifetimes, webhook.Lifetime{Started: at.UnixNano()})
}

// Ready notes that the server is ready.
func (c *Check) Ready(at time.Time) { c.lifetime().Ready = at.UnixNano() }

// Ended ends the lifetime. A server that was killed while it recovered was never ready.
func (c *Check) Ended(at time.Time) {
	l := c.lifetime()
	l.Ended = at.UnixNano()
	if l.Ready == 0 {
		l.Ready = l.Ended
	}
}

func (c *Check) lifetime() *webhook.Lifetime { return &c.run.Lifetimes[len(c.run.Lifetimes)-1] }

// Register creates the webhooks, when the sessions are open and nobody has voted.
func (c *Check) Register(ctx context.Context, hub *client.Client, sessions []protocol.SessionID) error {
	c.ids = sessions
	born := map[protocol.SessionID]protocol.Seq{}
	for _, id := range sessions {
		var err error
		if born[id], err = hub.LatestSeq(ctx, id); err != nil {
			return err
		}
	}
	for n := 1; n <= c.o.Webhooks; n++ {
		h := webhook.Hook{Endpoint: n, After: born}
		h.Events, h.Sessions = c.subscription(n)
		saved, err := register(ctx, hub, c.receiver, n, h.Events, h.Sessions)
		if err != nil {
			return err
		}
		h.ID = saved
		c.run.Hooks = append(c.run.Hooks, h)
	}
	return nil
}

// subscription is what the n-th webhook, from 1, is subscribed to.
func (c *Check) subscription(n int) ([]protocol.EventType, []protocol.SessionID) {
	votes, all := []protocol.EventType{protocol.EventVoteReceived}, []protocol.EventType{protocol.EventAny}
	one := c.ids[n%len(c.ids):][:1]
	switch {
	case c.o.EachOneSession && n == 1:
		return votes, one
	case c.o.EachOneSession:
		return all, one
	case n%5 == 3:
		return all, nil
	case n%5 == 0:
		return votes, one
	}
	return votes, nil
}

func register(ctx context.Context, hub *client.Client, r *receiver.Receiver, endpoint int, events []protocol.EventType, sessions []protocol.SessionID) (protocol.WebhookID, error) {
	saved, err := hub.CreateWebhook(ctx, protocol.CreateWebhook{
		Name: fmt.Sprintf("endpoint %d", endpoint), URL: r.URL + receiver.Path(endpoint),
		Secret: receiver.Secret(endpoint), Events: protocol.NewEventList(events...), Sessions: sessions,
	})
	return saved.ID, err
}

// Settle waits until nothing is pending, when nobody votes any more. What is still pending in the
// end counts as lost.
func (c *Check) Settle(ctx context.Context, hub *client.Client) (took time.Duration, err error) {
	began := time.Now()
	said := began
	report.Until(ctx, c.o.SettleWithin, lookAgain, func() bool {
		var busy []string
		busy, err = c.busy(ctx, hub)
		if c.o.Progress != nil && len(busy) > 0 && time.Since(said) > 10*time.Second {
			said = time.Now()
			c.o.Progress(fmt.Sprintf("%d webhooks still wait: %s", len(busy), busy[0]))
		}
		return err != nil || len(busy) == 0
	})
	return time.Since(began), errors.Join(err, ctx.Err())
}

// busy names the webhooks with pending deliveries.
func (c *Check) busy(ctx context.Context, hub *client.Client) (busy []string, err error) {
	for i := range c.run.Hooks {
		h := &c.run.Hooks[i]
		health, err := hub.WebhookHealth(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		if health.QueueLength == 0 && health.State == protocol.WebhookHealthy && health.NextAttemptAt == nil {
			continue
		}
		busy = append(busy, fmt.Sprintf("webhook %d is %s, %d wait", h.ID, health.State, health.QueueLength))
		if c.o.RetryAtEnd && health.NextAttemptAt != nil {
			if err := retryNow(ctx, hub, h); err != nil {
				return nil, err
			}
		}
	}
	return busy, nil
}

// retryNow retries a waiting delivery at once. One that was accepted meanwhile comes once more, as
// a redelivery.
func retryNow(ctx context.Context, hub *client.Client, h *webhook.Hook) error {
	pending, err := hub.Deliveries(ctx, h.ID, protocol.DeliveryPending)
	if err != nil || len(pending) == 0 {
		return err
	}
	h.Redelivered = append(h.Redelivered, pending[0].ID)
	return hub.Redeliver(ctx, h.ID, pending[0].ID)
}

// Judge waits and checks, while the server still runs. It is nil without webhooks.
func (c *Check) Judge(ctx context.Context, hub *client.Client) (*Outcome, error) {
	if len(c.run.Hooks) == 0 {
		return nil, nil
	}
	settled, err := c.Settle(ctx, hub)
	if err != nil {
		return nil, err
	}
	c.lifetime().Ended = time.Now().UnixNano()
	if err := c.collect(ctx, hub); err != nil {
		return nil, err
	}
	c.run.Received = c.receiver.Requests()
	o := &Outcome{Verdict: webhook.Judge(c.run), Latency: c.receiver.Tally().Latency, Settled: settled.Seconds()}
	if o.Accepted == 0 {
		o.Findings = append(o.Findings, "nothing was delivered to any webhook")
		o.FindingCount++
	}
	return o, nil
}

// collect reads the dead deliveries and the logs of the sessions.
func (c *Check) collect(ctx context.Context, hub *client.Client) error {
	for i := range c.run.Hooks {
		h := &c.run.Hooks[i]
		path := fmt.Sprintf("/api/webhooks/%d/deliveries?status=%s&limit=%d", h.ID, protocol.DeliveryDead, protocol.MaxPageSize)
		for d, err := range client.All[protocol.Delivery](ctx, hub, path) {
			if err != nil {
				return err
			}
			h.Dead = append(h.Dead, d.ID)
		}
	}
	for _, id := range c.ids {
		if err := hub.Events(ctx, id, func(event []byte) error {
			e, err := webhook.ReadEvent(event)
			c.run.Log = append(c.run.Log, e)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Write prints the outcome.
func (o *Outcome) Write(p *report.Printer) {
	p.Line("webhooks   %d deliveries of %d events accepted, %d dead, %d requests not accepted", o.Accepted, o.Events, o.Dead, o.Refused)
	p.Line("           %d lost, %d out of order, %d doubled by a kill, %d wrong; nothing waited after %.1f s", o.Lost, o.Disordered, o.Doubles, o.Unsigned, o.Settled)
	p.Line("           delivering again %v after ready", o.Resumed)
}
