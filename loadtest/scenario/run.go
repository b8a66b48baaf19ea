package scenario

import (
	"context"
	"errors"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

// Run plays one scenario against a server of its own. The error is for a run that could
// not go on; a threshold that failed and what does not fit stand in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	o.Say("%s: %s", o.Scenario.Name, o.Scenario.Summary)
	s, err := open(ctx, &o)
	if err != nil {
		return nil, err
	}
	r, err := s.play(ctx, &o)
	return r, errors.Join(err, s.close())
}

// reading is the server at one moment.
type reading struct {
	usage   target.Usage
	at      time.Time
	metrics target.Metrics
	// votes is what /api/stats says of all sessions.
	votes int64
}

func (s *setup) read(ctx context.Context) (r reading, err error) {
	var stats protocol.Stats
	if err := s.client.Call(ctx, "GET", "/api/stats", nil, &stats); err != nil {
		return r, err
	}
	r.votes = stats.TotalVotes.Count
	if r.metrics, err = target.ReadMetrics(ctx, s.client); err != nil {
		return r, err
	}
	r.usage, err = target.Measure(s.server.Pid())
	r.at = time.Now()
	return r, err
}

// play has k6 play the script, waits for what is still on its way, and reports.
func (s *setup) play(ctx context.Context, o *Options) (*Report, error) {
	before, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	end := s.sample(ctx)
	l, err := s.run(ctx, o)
	samples := end()
	if err != nil {
		return nil, err
	}
	if _, err := s.webhooks.Settle(ctx, s.client); err != nil {
		return nil, err
	}
	after, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	r := newReport(o, l, before, after, samples)
	if r.Webhooks, err = s.webhooks.Judge(ctx, s.client); err != nil {
		return nil, err
	}
	peak, err := target.Peak(s.server.Pid())
	if err != nil {
		return nil, err
	}
	r.Server.PeakRSS = report.MiB(peak)
	s.audit(ctx, o, r)
	return r, ctx.Err()
}
