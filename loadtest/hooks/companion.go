package hooks

import (
	"context"
	"fmt"
	"io"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/crash"
	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/hooks/receiver"
	"partyline/protocol"
)

// Companion has the webhooks of somebody else's crash test judged: it registers a few
// beside its screens, and says in the end whether their endpoints saw what the sessions
// recorded. The endpoints are healthy; ill ones are Crash's. Close it.
type Companion struct {
	// SettleWithin bounds the time at the end until nothing waits.
	SettleWithin time.Duration
	receiver     *receiver.Remote
	webhooks     int
	story        judge.Story
	ids          []protocol.SessionID
}

var _ crash.Companion = (*Companion)(nil)

// NewCompanion starts a receiver by a command that calls receiver.Serve, for so many
// webhooks.
func NewCompanion(webhooks int, output io.Writer, command ...string) (*Companion, error) {
	r, err := receiver.Start(output, append(command, (&receiver.Plan{}).Flags()...)...)
	return &Companion{SettleWithin: 4 * time.Minute, receiver: r, webhooks: webhooks}, err
}

// Close ends the receiver.
func (c *Companion) Close() error { return c.receiver.End() }

// Started begins a life of the server.
func (c *Companion) Started(at time.Time) {
	c.story.Lives = append(c.story.Lives, judge.Life{Started: at.UnixNano()})
}

// Ready says that it serves.
func (c *Companion) Ready(at time.Time) { c.life().Ready = at.UnixNano() }

// Ended ends it. A server that was killed while it recovered has never been ready.
func (c *Companion) Ended(at time.Time) {
	l := c.life()
	l.Ended = at.UnixNano()
	if l.Ready == 0 {
		l.Ready = l.Ended
	}
}

func (c *Companion) life() *judge.Life { return &c.story.Lives[len(c.story.Lives)-1] }

// Begin registers the webhooks. Votes are many, and an endpoint takes one at a time: each
// webhook wants one session, the first only its votes.
func (c *Companion) Begin(ctx context.Context, client *api.Client, sessions []protocol.SessionID) error {
	c.ids = sessions
	born := map[protocol.SessionID]protocol.Seq{}
	for _, id := range sessions {
		var err error
		if born[id], err = api.Head(ctx, client.Addr, client.Token, id); err != nil {
			return err
		}
	}
	for n := 1; n <= c.webhooks; n++ {
		h := judge.Hook{Endpoint: n, Born: born, Events: []protocol.EventType{protocol.EventVoteReceived}, Sessions: sessions[(n-1)%len(sessions):][:1]}
		if n > 1 {
			h.Events = []protocol.EventType{protocol.EventAny}
		}
		saved, err := client.CreateWebhook(ctx, protocol.CreateWebhook{
			Name: fmt.Sprintf("endpoint %d", n), URL: c.receiver.URL + receiver.Path(n),
			Secret: receiver.Secret(n), Events: protocol.Events(h.Events...), Sessions: h.Sessions,
		})
		if err != nil {
			return err
		}
		h.ID = saved.ID
		c.story.Hooks = append(c.story.Hooks, h)
	}
	return nil
}

// Finish waits until nothing is left to deliver, and judges.
func (c *Companion) Finish(ctx context.Context, client *api.Client) (account crash.Account, err error) {
	began := time.Now()
	if err := c.settle(ctx, client); err != nil {
		return account, err
	}
	took := time.Since(began)
	c.life().Ended = time.Now().UnixNano()
	for _, id := range c.ids {
		events, err := Log(ctx, client.Addr, client.Token, id)
		if err != nil {
			return account, err
		}
		c.story.Log = append(c.story.Log, events...)
	}
	if c.story.Sights, err = c.receiver.Journal(ctx); err != nil {
		return account, err
	}
	v := judge.Judge(c.story)
	account.Findings = v.Findings
	if v.Accepted == 0 {
		account.Findings = append(account.Findings, "nothing was delivered to any webhook")
	}
	account.Summary = fmt.Sprintf("%d deliveries accepted by %d webhooks, %d lost, %d out of order, %d doubled by a kill; nothing waited after %.1f s",
		v.Accepted, len(c.story.Hooks), v.Lost, v.Disordered, v.Doubles, took.Seconds())
	return account, nil
}

// settle waits until nothing waits. What still does in the end will be missing.
func (c *Companion) settle(ctx context.Context, client *api.Client) error {
	for end := time.Now().Add(c.SettleWithin); time.Now().Before(end); {
		waiting := 0
		for i := range c.story.Hooks {
			health, err := client.WebhookHealth(ctx, c.story.Hooks[i].ID)
			if err != nil {
				return err
			}
			waiting += health.QueueLength
		}
		if waiting == 0 {
			return nil
		}
		if err := wait(ctx, lookAgain); err != nil {
			return err
		}
	}
	return nil
}
