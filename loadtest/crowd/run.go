package crowd

import (
	"context"
	"fmt"
	"time"
)

// Run sets a stage on the server, seats the screens, lets the crowd vote, and has
// the oracle judge. The error is for a run that could not be done; what the oracle
// found stands in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s, err := setUp(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	defer s.close()
	cost := newMeter(o.Pid)
	defer cost.end()

	return s.perform(ctx, cost)
}

// perform is the run between stage and judgement; cost measures from when all are
// seated until all have seen everything.
func (s *stage) perform(ctx context.Context, cost *meter) (*Report, error) {
	s.o.Progress(fmt.Sprintf("%d screens connect", s.o.Screens))
	a, err := connectScreens(ctx, s)
	if err != nil {
		return nil, err
	}
	defer a.close()
	cost.seated(s.o.Screens)

	s.o.Progress("the crowd votes")
	began, before := time.Now(), a.deliveries()
	voting, stop := context.WithCancel(ctx)
	defer stop()
	a.churn(voting, s.o.Churn)
	vote(voting, s)
	stop()
	voted := time.Since(began)

	s.o.Progress("the screens catch up")
	heads, err := s.catchUp(ctx, a)
	if err != nil {
		return nil, err
	}
	shown := time.Since(began)
	cost.done()
	a.close()
	if err := s.judge(ctx, heads); err != nil {
		return nil, err
	}
	return s.summary(a.deliveries()-before, voted, shown, cost), ctx.Err()
}
