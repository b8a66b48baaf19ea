package faults

import (
	"context"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/target"
)

// drainWithin is the server's --drain-timeout.
const drainWithin = 10 * time.Second

// drained stops the server by SIGTERM under load, three times.
func drained(ctx context.Context, o *faultRun) error {
	c, err := o.on(ctx, o.folder+"/data")
	if err != nil {
		return err
	}
	return o.underLoad(ctx, c, func(ctx context.Context, l *crash.Load) error {
		for range 3 {
			if err := o.drain(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// drain checks that every screen is told server.draining and closed with 1001.
func (o *faultRun) drain(ctx context.Context, l *crash.Load) error {
	l.AwaitVotes(ctx, enoughVotes, votesWithin)
	if !l.Until(ctx, votesWithin, allWatch(l)) {
		l.Findings.Add("not all screens watch before the end")
	}
	watching, told, closed := l.Screens.Watching.Load(), l.Screens.Draining.Load(), l.Screens.GoingAway.Load()
	return o.stopAndStart(ctx, l, "under load", func() error {
		if !l.Until(ctx, time.Second, func() bool {
			return l.Screens.Draining.Load()-told >= watching && l.Screens.GoingAway.Load()-closed >= watching
		}) {
			l.Findings.Add("of %d screens %d were told server.draining, %d closed with 1001", watching, l.Screens.Draining.Load()-told, l.Screens.GoingAway.Load()-closed)
		}
		return nil
	})
}

// stopAndStart stops the server by SIGTERM, which must end in time and with exit code 0, calls
// between, and starts it again: it must have all that was acknowledged.
func (o *faultRun) stopAndStart(ctx context.Context, l *crash.Load, when string, between func() error) error {
	began := time.Now()
	if err := o.server.Stop(target.StopWithin); err != nil {
		l.Findings.Add("SIGTERM %s: %v", when, err)
	}
	took := time.Since(began)
	if took > drainWithin {
		l.Findings.Add("SIGTERM %s: the end took %v, longer than --drain-timeout %v", when, took, drainWithin)
	}
	if err := between(); err != nil {
		return err
	}
	acknowledged := l.Acknowledged()
	back, err := l.Restart(ctx)
	o.see("SIGTERM %s: ended with 0 after %v; of %d acknowledged votes none lost; ready again after %v",
		when, took.Round(time.Millisecond), acknowledged, back.Round(time.Millisecond))
	return err
}
