package scenario

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	p := &printer{w: w}
	p.line("%s, %s form, %.1f s", r.Scenario, r.Form, r.K6.Seconds)
	r.writeVotes(p)
	r.writeTrends(p)
	r.writeCounts(p)
	r.writeServer(p)
	if h := r.Webhooks; h != nil {
		p.line("webhooks       %d events, %d deliveries accepted, %d lost, %d out of order, %d doubled", h.Events, h.Accepted, h.Lost, h.Disordered, h.Doubles)
		p.line("vote → webhook %v", h.Latency)
	}
	p.line("k6             %.2f s CPU", r.K6.CPU)
	for _, v := range r.Failed() {
		p.line("FAILED         %s %s: %s", v.Metric, v.Expression, values(v.Values))
	}
	for _, f := range r.Findings {
		p.line("FINDING        %s", f)
	}
	p.line("thresholds     %d of %d kept, %d findings", len(r.K6.Thresholds)-len(r.Failed()), len(r.K6.Thresholds), r.FindingCount)
	return p.err
}

func (r *Report) writeVotes(p *printer) {
	v := r.Votes
	p.line("votes          %d acknowledged, %d changed, %d refused, %d unknown, %d recorded", v.Acknowledged, v.Changed, v.Refused, v.Unknown, v.Recorded)
}

// trends are the latencies that are told, in this order: k6's name and ours.
var trends = []struct{ metric, name string }{
	{"late_ms", "due → sent"},
	{"vote_ms", "vote → answer"},
	{"screen_ms", "vote → screen"},
	{"http_req_duration", "REST calls"},
}

// writeTrends tells latencies; below each the parts of it that thresholds name.
func (r *Report) writeTrends(p *printer) {
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
			p.line("%-14s %s", part, spread(m.Values))
		}
	}
}

func spread(v map[string]float64) string {
	return fmt.Sprintf("p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms  (%.0f)", v["med"], v["p(95)"], v["p(99)"], v["max"], v["count"])
}

// writeCounts tells what screens saw.
func (r *Report) writeCounts(p *printer) {
	count := func(name string) int64 { return int64(r.K6.Metrics[name].Values["count"]) }
	if done := count("screens_done"); done > 0 {
		p.line("screens        %d saw all of it: %d events, %d tallies, %d times back with since", done, count("screen_events"), count("screen_tallies"), count("screen_resumes"))
	}
	if polls := count("poll_votes"); polls > 0 {
		p.line("polls          %d votes", polls)
	}
}

func (r *Report) writeServer(p *printer) {
	s, g := r.Server, r.Server.Growth
	p.line("server         %.2f s CPU, %.2f cores, RSS %.0f MiB at most", s.CPU, ratio(s.CPU, s.Seconds), s.PeakRSS)
	p.line("requests       %.0f by REST, %.0f by WebSocket, %.0f answered 5xx", g["requests"], g["socket_requests"], g["requests_5xx"]+g["socket_requests_5xx"])
	p.line("journal        %.0f commits of %.1f records, %.2f ms each, %.0f bytes a record", g["commits"], ratio(g["records"], g["commits"]),
		1000*ratio(g["commit_seconds"], g["commits"]), ratio(g["written_bytes"], g["records"]))
	writeCourse(p, s.Course)
	p.line("frames         %.0f events, %.0f tallies; %.0f sockets folded, %.0f dropped", g["deliveries"], g["tallies"], g["sockets_folded"], g["sockets_dropped"])
}

// writeCourse tells what the server used in each third of the run.
func writeCourse(p *printer, samples []Sample) {
	third := len(samples) / 3
	if third == 0 {
		return
	}
	thirds := [][]Sample{samples[:third], samples[third : 2*third], samples[2*third:]}
	tell := func(of func(Sample) float64) string {
		return fmt.Sprintf("%.0f, %.0f, %.0f", median(thirds[0], of), median(thirds[1], of), median(thirds[2], of))
	}
	p.line("in thirds      RSS %s MiB; medians", tell(func(s Sample) float64 { return s.RSS }))
	for _, g := range gauges {
		p.line("               %s %s", g.name, tell(g.of))
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

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// printer remembers the first error of many writes.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
