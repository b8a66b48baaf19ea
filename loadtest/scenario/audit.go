package scenario

import (
	"context"

	"partyline/loadtest/report"
)

// audit compares what k6 counted with what the server recorded, stops the server, and verifies its
// data.
func (s *setup) audit(ctx context.Context, o *Options, r *Report) {
	var f report.Findings
	judgeVotes(r.Votes, &f)
	for _, name := range never {
		if n := r.Server.Growth[name]; n != 0 {
			f.Add("the server counts %g %s", n, name)
		}
	}
	s.judgeSessions(ctx, r, &f)
	if o.Scenario.Flat {
		judgeGrowth(r.Server.Samples, r.Votes.Recorded, &f)
		judgePace(r, &f)
	}
	if w := r.Webhooks; w != nil {
		f.Append(w.Found)
	}
	if err := s.stop(ctx); err != nil && ctx.Err() == nil {
		f.Add("%v", err)
	}
	r.Found = f.Found()
}

// judgeVotes checks that each acknowledged vote was recorded, and none that was not sent.
func judgeVotes(v Votes, f *report.Findings) {
	switch {
	case v.Recorded < v.Acknowledged:
		f.Add("%d votes were acknowledged and %d are recorded: %d are lost", v.Acknowledged, v.Recorded, v.Acknowledged-v.Recorded)
	case v.Recorded > v.Acknowledged+v.Unknown:
		f.Add("%d votes were acknowledged, nobody knows of %d, and %d are recorded", v.Acknowledged, v.Unknown, v.Recorded)
	}
}

// judgeSessions checks that the sessions have the votes that the statistics count. Scripts that
// open sessions of their own do not vote in them.
func (s *setup) judgeSessions(ctx context.Context, r *Report, f *report.Findings) {
	sum := int64(0)
	for _, b := range s.input.Sessions {
		v, err := s.client.SessionVotes(ctx, b.ID)
		if err != nil {
			f.Add("%v", err)
			return
		}
		for _, g := range v.Votes {
			sum += g.TotalVotes
		}
	}
	if sum != r.Votes.Recorded {
		f.Add("the statistics count %d votes, the sessions have %d", r.Votes.Recorded, sum)
	}
}

const (
	// slower is the factor by which votes may take longer in the last third of a run than in the
	// first; slackMs is added, for a noisy machine.
	slower  = 2
	slackMs = 25
	// manyVotes in a third make its p99 worth comparing: twenty votes are beyond it. With fewer it
	// is the median.
	manyVotes = 2000
)

// judgePace checks that votes are not slower in the end.
func judgePace(r *Report, f *report.Findings) {
	first, last := r.K6.Metrics["vote_ms{part:first}"].Values, r.K6.Metrics["vote_ms{part:last}"].Values
	if first["count"] == 0 || last["count"] == 0 {
		f.Add("the script does not tell the votes of its first and last third apart")
		return
	}
	quantile, name := "med", "median"
	if min(first["count"], last["count"]) >= manyVotes {
		quantile, name = "p(99)", "p99"
	}
	if last[quantile] > first[quantile]*slower+slackMs {
		f.Add("the %s of votes grew from %.1f ms in the first third to %.1f in the last", name, first[quantile], last[quantile])
	}
}
