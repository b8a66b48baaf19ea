package faults

import (
	"context"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/target"
)

// drainWithin is the server's own limit, --drain-timeout.
const drainWithin = 10 * time.Second

// drained asks the server to end, under load, three times.
func drained(ctx context.Context, o *faultRun) error {
	c, err := o.on(ctx, o.folder+"/data", "--drain-timeout", drainWithin.String())
	if err != nil {
		return err
	}
	return o.crowded(ctx, c, func(ctx context.Context, s *crash.Stage) error {
		for range 3 {
			if err := o.drain(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *faultRun) drain(ctx context.Context, s *crash.Stage) error {
	s.Flows(ctx, flowing, flowsWithin)
	if !s.Until(ctx, flowsWithin, s.Full) {
		s.Find("not all screens watch before the end")
	}
	watching, told, dismissed, _ := s.Screens()
	began := time.Now()
	if err := o.server.Stop(target.StopWithin); err != nil {
		s.Find("SIGTERM: %v", err) // another exit code than 0
	}
	took := time.Since(began)
	if took > drainWithin {
		s.Find("SIGTERM: the end took %v, longer than --drain-timeout %v", took, drainWithin)
	}
	heard := func() bool {
		_, t, d, _ := s.Screens()
		return t-told >= watching && d-dismissed >= watching
	}
	if !s.Until(ctx, time.Second, heard) {
		_, t, d, _ := s.Screens()
		s.Find("of %d screens %d were told server.draining, %d closed with 1001", watching, t-told, d-dismissed)
	}
	acknowledged := s.Acknowledged()
	back, err := s.Restart(ctx)
	o.see("SIGTERM after %d acknowledged votes: ended with 0 after %v, %d screens told and closed with 1001; ready again after %v, none lost",
		acknowledged, took.Round(time.Millisecond), watching, back.Round(time.Millisecond))
	return err
}
