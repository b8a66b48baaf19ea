package scenario

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"partyline/loadtest/report"
)

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
	p.Line("frames         %.0f events, %.0f tallies; %.0f sockets folded, %.0f dropped", g["deliveries"], g["tallies"], g["sockets_folded"], g["sockets_dropped"])
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
