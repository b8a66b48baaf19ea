package faults

import (
	"context"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/report"
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

const (
	// shortFreeze is long enough for everybody to notice.
	shortFreeze = 4 * time.Second
	// longFreeze is longer than the minute after which a silent client is dropped, and than voters
	// wait.
	longFreeze = 70 * time.Second
	// aftermath is some heartbeats of the server, in which it would drop silent clients.
	aftermath = 3 * time.Second
	// enoughVotes is how many acknowledged votes show that votes are taken again.
	enoughVotes = 300
	// votesWithin is how long they may take; writers wait so long for an answer.
	votesWithin = 30 * time.Second
)

// frozen stops the process under load and continues it.
func frozen(ctx context.Context, o *faultRun) error {
	c, err := o.on(ctx, o.folder+"/data")
	if err != nil {
		return err
	}
	return o.underLoad(ctx, c, func(ctx context.Context, l *crash.Load) error {
		l.AwaitVotes(ctx, enoughVotes, votesWithin)
		for _, freeze := range o.freezes() {
			if err := o.freeze(ctx, l, freeze); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *faultRun) freezes() []time.Duration {
	if o.Long {
		return []time.Duration{shortFreeze, longFreeze}
	}
	return []time.Duration{shortFreeze}
}

func (o *faultRun) freeze(ctx context.Context, l *crash.Load, lasts time.Duration) error {
	lost := l.Screens.Reconnects.Load()
	if err := freeze(o.server.Pid()); err != nil {
		return err
	}
	err := report.Wait(ctx, lasts)
	if thawed := thaw(o.server.Pid()); err != nil || thawed != nil {
		return err
	}
	took := l.AwaitVotes(ctx, enoughVotes, votesWithin)
	if err := report.Wait(ctx, aftermath); err != nil {
		return err
	}
	if !l.Until(ctx, votesWithin, allWatch(l)) {
		l.Findings.Add("not all screens are back after the freeze")
	}
	o.see("frozen for %v: %d votes were acknowledged %v after it went on, %d screens had been cut and came back",
		lasts, enoughVotes, took.Round(time.Millisecond), l.Screens.Reconnects.Load()-lost)
	return nil
}

// allWatch is whether all screens watch.
func allWatch(l *crash.Load) func() bool {
	return func() bool { return l.Screens.Watching.Load() == int64(l.Screens.Count()) }
}
