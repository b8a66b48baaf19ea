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

	o.Progress(fmt.Sprintf("%d screens connect", o.Screens))
	a, err := seat(ctx, s)
	if err != nil {
		return nil, err
	}
	defer a.leave()
	cost.seated(o.Screens)

	o.Progress("the crowd votes")
	began, before := time.Now(), a.deliveries()
	voting, stop := context.WithCancel(ctx)
	defer stop()
	a.churn(voting, o.Churn)
	vote(voting, s)
	stop()
	voted := time.Since(began)

	o.Progress("the screens catch up")
	heads, err := s.catchUp(ctx, a)
	if err != nil {
		return nil, err
	}
	shown := time.Since(began)
	cost.done()
	a.leave()
	if err := s.judge(ctx, heads); err != nil {
		return nil, err
	}
	return s.report(a.deliveries()-before, voted, shown, cost), ctx.Err()
}
