package scenario

import (
	"context"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

// sampleEvery is how often the server is measured under load.
const sampleEvery = time.Second

// Sample is the server at one moment of a run.
type Sample struct {
	Second float64 `json:"second"`
	target.Sample
}

// sample measures the server again and again; end stops that and returns the samples.
func (s *setup) sample(ctx context.Context) (end func() []Sample) {
	ctx, cancel := context.WithCancel(ctx)
	all := make(chan []Sample, 1)
	began := time.Now()
	go func() { // ends with end
		var samples []Sample
		for report.Wait(ctx, sampleEvery) == nil {
			if one, err := s.server.Look(ctx, s.client); err == nil {
				samples = append(samples, Sample{time.Since(began).Seconds(), one})
			}
		}
		all <- samples
	}()
	return func() []Sample {
		cancel()
		return <-all
	}
}

const (
	// grown is the factor by which the last third of a run may be above the second one; caches
	// fill in the first.
	grown = 1.2
	// What comes on top of it: buffers of a compaction of the journal, which come and go,
	// of which a collection in the midst of it sees some; people who happen to come at the
	// same time; and new tables.
	slackPrivate, slackLive, slackGoroutines, slackFiles = 48, 8, 60, 30
	// voteMiB is the memory of a session for a vote under a new name.
	voteMiB = 128.0 / (1 << 20)
)

// gauges are what a server may not use more and more of.
var gauges = []struct {
	name    string
	of      func(Sample) float64
	slack   float64
	perVote float64
}{
	{"private memory in MiB", func(s Sample) float64 { return s.Private }, slackPrivate, voteMiB},
	{"live heap in MiB", func(s Sample) float64 { return s.Live }, slackLive, voteMiB},
	{"goroutines", func(s Sample) float64 { return s.Goroutines }, slackGoroutines, 0},
	{"open files", func(s Sample) float64 { return s.Files }, slackFiles, 0},
}

// judgeGrowth finds what has grown from the second third of a run to the last.
func judgeGrowth(samples []Sample, votes int64, f *report.Findings) {
	third := len(samples) / 3
	if third == 0 {
		f.Add("the run was too short to say whether anything grows")
		return
	}
	for _, g := range gauges {
		middle, last := report.Median(samples[third:2*third], g.of), report.Median(samples[2*third:], g.of)
		if last > middle*grown+g.slack+g.perVote*float64(votes)/3 {
			f.Add("%s grew from %.0f in the second third to %.0f in the last", g.name, middle, last)
		}
	}
}

// counter is one line of a report and its metric.
type counter struct{ name, metric, labels string }

// counters are reported by their growth during the load.
var counters = []counter{
	{"requests", "http_server_request_duration_seconds_count", ""},
	{"requests_5xx", "http_server_request_duration_seconds_count", `class="5xx"`},
	{"socket_requests", "partyline_socket_request_duration_seconds_count", ""},
	{"socket_requests_5xx", "partyline_socket_request_duration_seconds_count", `class="5xx"`},
	{"votes", "partyline_votes_total", ""},
	{"commits", "partyline_journal_commit_duration_seconds_count", ""},
	{"commit_seconds", "partyline_journal_commit_duration_seconds_sum", ""},
	{"records", "partyline_journal_commit_records_sum", ""},
	{"written_bytes", "partyline_journal_written_bytes_total", ""},
	{"journal_failures", "partyline_journal_failures_total", ""},
	{"actor_restarts", "partyline_actors_restarts_total", ""},
	{"deliveries", "partyline_deliveries_total", ""},
	{"tallies", "partyline_tallies_total", ""},
	{"catchup_snapshots", "partyline_socket_catchup_snapshots_total", ""},
	{"sockets_closed_slow", "partyline_socket_closed_slow_total", ""},
	{"webhook_attempts", "partyline_webhook_attempts_total", ""},
	{"webhook_delivered", "partyline_webhook_delivered_total", ""},
}

// growth is the growth of each counter.
func growth(before, after target.Metrics) map[string]float64 {
	grown := map[string]float64{}
	for _, f := range counters {
		grown[f.name] = after.Sum(f.metric, f.labels) - before.Sum(f.metric, f.labels)
	}
	return grown
}

// never are counters that may not grow: the server's own failures.
var never = []string{"requests_5xx", "socket_requests_5xx", "journal_failures", "actor_restarts", "sockets_closed_slow"}

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
