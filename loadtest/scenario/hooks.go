package scenario

import (
	"context"
	"fmt"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/hooks"
	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/latency"
	"partyline/protocol"
)

const (
	// settleWithin bounds the wait for the last deliveries after the load.
	settleWithin = time.Minute
	// lookAgain is how often webhooks that still wait are looked at.
	lookAgain = 100 * time.Millisecond
)

// register starts the receiver and registers its endpoints: most want votes, some
// everything, some only one session.
func (s *stage) register(ctx context.Context, o *Options) (err error) {
	if o.Scenario.Endpoints == 0 {
		return nil
	}
	if s.receiver, err = receiver.Start(o.Output, append(o.Receiver, (&receiver.Plan{}).Flags()...)...); err != nil {
		return err
	}
	born := map[protocol.SessionID]protocol.Seq{}
	for _, b := range s.brief.Sessions {
		if born[b.ID], err = api.Head(ctx, s.addr, s.client.Token, b.ID); err != nil {
			return err
		}
	}
	for n := 1; n <= o.Scenario.Endpoints; n++ {
		h := judge.Hook{Endpoint: n, Born: born, Events: []protocol.EventType{protocol.EventVoteReceived}}
		switch n % 5 {
		case 3:
			h.Events = []protocol.EventType{protocol.EventAny}
		case 0:
			h.Sessions = []protocol.SessionID{s.brief.Sessions[0].ID}
		}
		saved, err := s.client.CreateWebhook(ctx, protocol.CreateWebhook{
			Name: fmt.Sprintf("endpoint %d", n), URL: s.receiver.URL + receiver.Path(n),
			Secret: receiver.Secret(n), Events: protocol.Events(h.Events...), Sessions: h.Sessions,
		})
		if err != nil {
			return err
		}
		h.ID = saved.ID
		s.hooks = append(s.hooks, h)
	}
	return nil
}

// deliver waits until no webhook has anything to deliver. One that still has something
// in the end is no error: what it has not delivered will be missing.
func (s *stage) deliver(ctx context.Context) error {
	for end := time.Now().Add(settleWithin); time.Now().Before(end); {
		busy := false
		for i := range s.hooks {
			health, err := s.client.WebhookHealth(ctx, s.hooks[i].ID)
			if err != nil {
				return err
			}
			busy = busy || health.QueueLength > 0
		}
		if !busy {
			return nil
		}
		if err := wait(ctx, lookAgain); err != nil {
			return err
		}
	}
	return nil
}

// Deliveries is what became of webhooks.
type Deliveries struct {
	judge.Verdict
	// Latency is from the moment in the voter's name to the request's arrival.
	Latency latency.Summary `json:"vote_to_receiver"`
}

// judge holds what the endpoints saw against the sessions' logs.
func (s *stage) judge(ctx context.Context) (*Deliveries, error) {
	if len(s.hooks) == 0 {
		return nil, nil
	}
	story := judge.Story{Hooks: s.hooks, Lives: []judge.Life{s.life}}
	story.Lives[0].Ended = time.Now().UnixNano()
	for _, b := range s.brief.Sessions {
		events, err := hooks.Log(ctx, s.addr, s.client.Token, b.ID)
		if err != nil {
			return nil, err
		}
		story.Log = append(story.Log, events...)
	}
	var err error
	if story.Sights, err = s.receiver.Journal(ctx); err != nil {
		return nil, err
	}
	t, err := s.receiver.Tally(ctx)
	return &Deliveries{judge.Judge(story), t.Latency}, err
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
