package faults

import (
	"context"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/report"
)

const (
	// shortFreeze is noticed by everybody.
	shortFreeze = 4 * time.Second
	// longFreeze is longer than the minute after which a silent client is dropped, and
	// than voters wait for an answer.
	longFreeze = 70 * time.Second
	// aftermath is some heartbeats of the server: in them it would drop whom it takes for
	// silent.
	aftermath = 3 * time.Second
	// flowing is how many votes show that they are taken again.
	flowing = 300
	// flowsWithin is when they have to be. Writers wait so long for an answer.
	flowsWithin = 30 * time.Second
)

// frozen stops the process under load and lets it go on.
func frozen(ctx context.Context, o *faultRun) error {
	c, err := o.on(ctx, o.folder+"/data")
	if err != nil {
		return err
	}
	return o.crowded(ctx, c, func(ctx context.Context, s *crash.Stage) error {
		s.Flows(ctx, flowing, flowsWithin)
		for _, freeze := range o.freezes() {
			if err := o.freeze(ctx, s, freeze); err != nil {
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

func (o *faultRun) freeze(ctx context.Context, s *crash.Stage, freeze time.Duration) error {
	_, _, _, lost := s.Screens()
	if err := o.server.Freeze(); err != nil {
		return err
	}
	err := report.Wait(ctx, freeze)
	if thawed := o.server.Thaw(); err != nil || thawed != nil {
		return err
	}
	took := s.Flows(ctx, flowing, flowsWithin)
	if err := report.Wait(ctx, aftermath); err != nil {
		return err
	}
	if !s.Until(ctx, flowsWithin, s.Full) {
		s.Find("not all screens are back after the freeze")
	}
	_, _, _, now := s.Screens()
	o.see("frozen for %v: %d votes were acknowledged %v after it went on, %d screens had been cut and came back",
		freeze, flowing, took.Round(time.Millisecond), now-lost)
	return nil
}
