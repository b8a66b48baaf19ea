package scenario

import (
	"encoding/json"
	"fmt"
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
		Scenario: o.Scenario.Name, Form: o.form(), Began: before.at,
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
