package attack

import (
	"context"
	"partyline/loadtest/wire"
	"partyline/protocol/client"
	"time"
)

const (
	// deafClients is how many screens never read.
	deafClients = 300
	// deafRate of votes a second: with 230 bytes each it fills what the kernel keeps for
	// a connection on loopback, some 2.5 MiB, within seconds.
	deafRate = 4000
)

// deafScreens subscribes to a session with many votes and never reads again.
func deafScreens(ctx context.Context, t *attackers) error {
	storm := make(chan error, 1)
	go func() { storm <- t.storm(ctx, deafRate) }() // ends with ctx and is waited for
	inParallel(ctx, deafClients, func(ctx context.Context, _ int) { t.tell(t.deaf(ctx), 1) })
	return <-storm
}

func (t *attackers) deaf(ctx context.Context) string {
	c, err := wire.Connect(ctx, t.Addr, t.Viewer)
	if err != nil {
		return "not connected"
	}
	defer func() { _ = c.Close() }()
	if _, err := client.Subscribe(c, client.Subscription{Session: t.Session}); err != nil {
		return "not subscribed"
	}
	<-ctx.Done()
	// What the kernel holds can still be read: in the end there must be an end.
	_ = c.SetReadDeadline(time.Now().Add(lastWait))
	for {
		if _, err := c.Next(); err != nil {
			return ending(err)
		}
	}
}

// storm casts votes in the attackers' session at a rate until ctx ends.
func (t *attackers) storm(ctx context.Context, rate float64) error {
	p, err := newBatchVoter(ctx, t)
	if err != nil {
		return err
	}
	defer p.close()
	const beats = 20 // batches a second
	for pause(ctx, time.Second/beats) {
		if err := p.cast(int(rate / beats)); err != nil {
			return err
		}
	}
	return nil
}
