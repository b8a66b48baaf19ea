package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/webhooks"
)

// Report is the outcome of a run. It is a good run when Err is nil.
type Report struct {
	Scenario string    `json:"scenario"`
	Form     string    `json:"form"`
	Began    time.Time `json:"began"`
	K6       K6        `json:"k6"`
	Votes    Votes     `json:"votes"`
	Server   Server    `json:"server"`
	// Webhooks is nil for a scenario without.
	Webhooks *webhooks.Outcome `json:"webhooks,omitempty"`
	report.Found
}

// K6 is what k6 reports at the end of a script, and what it used.
type K6 struct {
	Exit    int     `json:"exit_code"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	// Thresholds are in order of metrics.
	Thresholds []Verdict `json:"thresholds"`
	// Metrics by name; a part of a metric has its tags in braces.
	Metrics map[string]Metric `json:"metrics"`
}

// Votes as k6 and the server count them.
type Votes struct {
	Acknowledged int64 `json:"acknowledged"`
	Refused      int64 `json:"refused"`
	Unknown      int64 `json:"unknown"`
	// Changed counts votes that replaced the voter's vote before.
	Changed int64 `json:"changed"`
	// Recorded is the growth of the server's statistics.
	Recorded int64 `json:"recorded"`
}

// Server is what the server used and counted while k6 ran.
type Server struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	PeakRSS float64 `json:"rss_peak_mib"`
	// Growth is of the counters of /metrics.
	Growth  map[string]float64 `json:"growth"`
	Samples []Sample           `json:"samples"`
}

func newReport(o *Options, k6 K6, before, after reading, samples []Sample) *Report {
	return &Report{
		Scenario: o.Scenario.Name, Form: map[bool]string{true: "long", false: "short"}[o.Long], Began: before.at,
		K6: k6,
		Votes: Votes{
			Acknowledged: k6.Count("votes_acknowledged"), Refused: k6.Count("votes_refused"), Unknown: k6.Count("votes_unknown"), Changed: k6.Count("votes_changed"),
			Recorded: after.votes - before.votes,
		},
		Server: Server{
			Seconds: after.at.Sub(before.at).Seconds(), CPU: (after.usage.CPU - before.usage.CPU).Seconds(), PeakRSS: report.MiB(after.usage.Peak),
			Growth: growth(before.metrics, after.metrics), Samples: samples,
		},
	}
}

// Failed are the thresholds that were not kept.
func (r *Report) Failed() (failed []Verdict) {
	for _, v := range r.K6.Thresholds {
		if !v.OK {
			failed = append(failed, v)
		}
	}
	return failed
}

// Err names what failed, and is nil for a good run.
func (r *Report) Err() error {
	var why []string
	for _, v := range r.Failed() {
		why = append(why, fmt.Sprintf("threshold %s %s", v.Metric, v.Expression))
	}
	err := r.Found.Err()
	switch {
	case err != nil:
		why = append(why, err.Error())
	case len(why) == 0 && r.K6.Exit != 0:
		why = append(why, fmt.Sprintf("k6 ended with %d", r.K6.Exit))
	}
	if len(why) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s", r.Scenario, strings.Join(why, "; "))
}

// Metric is one metric of k6, as handleSummary gets it.
type Metric struct {
	// Type is counter, gauge, rate or trend, and decides the names of the values.
	Type       string             `json:"type"`
	Values     map[string]float64 `json:"values"`
	Thresholds map[string]struct {
		OK bool `json:"ok"`
	} `json:"thresholds"`
}

// ReadSummary reads the file that a script writes, see loadtest/k6/lib/summary.js.
func ReadSummary(text []byte) (K6, error) {
	var file struct {
		Duration float64           `json:"duration_ms"`
		Metrics  map[string]Metric `json:"metrics"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return K6{}, fmt.Errorf("summary of k6: %w", err)
	}
	if file.Duration <= 0 || len(file.Metrics) == 0 {
		return K6{}, fmt.Errorf("the summary of k6 says nothing: %.100s", text)
	}
	k := K6{Seconds: file.Duration / 1000, Metrics: file.Metrics, Thresholds: []Verdict{}}
	for _, name := range slices.Sorted(maps.Keys(k.Metrics)) {
		m := k.Metrics[name]
		for _, expression := range slices.Sorted(maps.Keys(m.Thresholds)) {
			k.Thresholds = append(k.Thresholds, Verdict{name, expression, m.Thresholds[expression].OK, m.Values})
		}
	}
	return k, nil
}

// Count is a counter's value, 0 without one.
func (k *K6) Count(metric string) int64 { return int64(k.Metrics[metric].Values["count"]) }

// Verdict is a threshold and whether it was kept.
type Verdict struct {
	Metric     string `json:"metric"`
	Expression string `json:"expression"`
	OK         bool   `json:"ok"`
	// Values are those of the metric.
	Values map[string]float64 `json:"values"`
}

// Write prints the report.
func (r *Report) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	p.Line("%s, %s form, %.1f s", r.Scenario, r.Form, r.K6.Seconds)
	v := r.Votes
	p.Line("votes          %d acknowledged, %d changed, %d refused, %d unknown, %d recorded", v.Acknowledged, v.Changed, v.Refused, v.Unknown, v.Recorded)
	r.writeTrends(p)
	r.writeCounts(p)
	r.writeServer(p)
	if h := r.Webhooks; h != nil {
		p.Line("webhooks       %d events, %d deliveries accepted, %d lost, %d out of order, %d doubled", h.Events, h.Accepted, h.Lost, h.Disordered, h.Doubles)
		p.Line("vote → webhook %v", h.Latency)
	}
	p.Line("k6             %.2f s CPU", r.K6.CPU)
	for _, v := range r.Failed() {
		p.Line("FAILED         %s %s: %s", v.Metric, v.Expression, values(v.Values))
	}
	for _, f := range r.Findings {
		p.Line("FINDING        %s", f)
	}
	p.Line("thresholds     %d of %d kept, %d findings", len(r.K6.Thresholds)-len(r.Failed()), len(r.K6.Thresholds), r.FindingCount)
	return p.Err()
}

// trends are the latencies that are printed, in this order: k6's name and ours.
var trends = []struct{ metric, name string }{
	{"late_ms", "due → sent"},
	{"vote_ms", "vote → answer"},
	{"screen_ms", "vote → screen"},
	{"http_req_duration", "REST calls"},
}

// writeTrends prints latencies; below each its parts that have thresholds.
func (r *Report) writeTrends(p *report.Printer) {
	for _, t := range trends {
		for _, name := range slices.Sorted(maps.Keys(r.K6.Metrics)) {
			part, ok := strings.CutPrefix(name, t.metric)
			m := r.K6.Metrics[name]
			if !ok || part != "" && part[0] != '{' || part == "{expected_response:true}" || m.Values["count"] == 0 {
				continue
			}
			if part == "" {
				part = t.name
			}
			p.Line("%-14s %s", part, spread(m.Values))
		}
	}
}

func spread(v map[string]float64) string {
	return fmt.Sprintf("p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms  (%.0f)", v["med"], v["p(95)"], v["p(99)"], v["max"], v["count"])
}

// writeCounts prints what screens saw.
func (r *Report) writeCounts(p *report.Printer) {
	count := r.K6.Count
	if done := count("screens_done"); done > 0 {
		p.Line("screens        %d saw all of it: %d events, %d tallies, %d times back with since", done, count("screen_events"), count("screen_tallies"), count("screen_resumes"))
	}
	if polls := count("poll_votes"); polls > 0 {
		p.Line("polls          %d votes", polls)
	}
}

func (r *Report) writeServer(p *report.Printer) {
	s, g := r.Server, r.Server.Growth
	p.Line("server         %.2f s CPU, %.2f cores, RSS %.0f MiB at most", s.CPU, report.Ratio(s.CPU, s.Seconds), s.PeakRSS)
	p.Line("requests       %.0f by REST, %.0f by WebSocket, %.0f answered 5xx", g["requests"], g["socket_requests"], g["requests_5xx"]+g["socket_requests_5xx"])
	p.Line("journal        %.0f commits of %.1f records, %.2f ms each, %.0f bytes a record", g["commits"], report.Ratio(g["records"], g["commits"]),
		1000*report.Ratio(g["commit_seconds"], g["commits"]), report.Ratio(g["written_bytes"], g["records"]))
	writeSamples(p, s.Samples)
	p.Line("frames         %.0f events, %.0f tallies; %.0f catch-up snapshots, %.0f sockets closed as too slow", g["deliveries"], g["tallies"], g["catchup_snapshots"], g["sockets_closed_slow"])
}

// writeSamples prints what the server used in each third of the run.
func writeSamples(p *report.Printer, samples []Sample) {
	third := len(samples) / 3
	if third == 0 {
		return
	}
	thirds := [][]Sample{samples[:third], samples[third : 2*third], samples[2*third:]}
	tell := func(of func(Sample) float64) string {
		return fmt.Sprintf("%.0f, %.0f, %.0f", report.Median(thirds[0], of), report.Median(thirds[1], of), report.Median(thirds[2], of))
	}
	p.Line("in thirds      RSS %s MiB; medians", tell(func(s Sample) float64 { return s.RSS }))
	for _, g := range gauges {
		p.Line("               %s %s", g.name, tell(g.of))
	}
}

// values are those of a metric in one line.
func values(v map[string]float64) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		all = append(all, fmt.Sprintf("%s %.6g", name, v[name]))
	}
	return strings.Join(all, ", ")
}
