package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Summary is what a script leaves at its end: see loadtest/k6/lib/summary.js.
type Summary struct {
	// Duration is of the whole test.
	Duration time.Duration
	// Metrics by name; those of a part of a metric have its tags in braces.
	Metrics map[string]Metric
}

// Metric is one metric of k6, as handleSummary gets it.
type Metric struct {
	// Type is counter, gauge, rate or trend, which decides what the values are called.
	Type       string             `json:"type"`
	Values     map[string]float64 `json:"values"`
	Thresholds map[string]struct {
		OK bool `json:"ok"`
	} `json:"thresholds"`
}

// ReadSummary reads the file of a script.
func ReadSummary(text []byte) (Summary, error) {
	var file struct {
		Duration float64           `json:"duration_ms"`
		Metrics  map[string]Metric `json:"metrics"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return Summary{}, fmt.Errorf("summary of k6: %w", err)
	}
	if file.Duration <= 0 || len(file.Metrics) == 0 {
		return Summary{}, fmt.Errorf("the summary of k6 says nothing: %.100s", text)
	}
	return Summary{Duration: time.Duration(file.Duration * float64(time.Millisecond)), Metrics: file.Metrics}, nil
}

// Count is a counter's value, 0 when nobody has counted.
func (s Summary) Count(metric string) int64 { return int64(s.Metrics[metric].Values["count"]) }

// Verdict is a threshold and whether it was kept.
type Verdict struct {
	Metric     string `json:"metric"`
	Expression string `json:"expression"`
	OK         bool   `json:"ok"`
	// Values are those of the metric.
	Values map[string]float64 `json:"values"`
}

// Verdicts are all thresholds, in order of metrics.
func (s Summary) Verdicts() []Verdict {
	all := []Verdict{}
	for _, name := range slices.Sorted(maps.Keys(s.Metrics)) {
		m := s.Metrics[name]
		for _, expression := range slices.Sorted(maps.Keys(m.Thresholds)) {
			all = append(all, Verdict{name, expression, m.Thresholds[expression].OK, m.Values})
		}
	}
	return all
}
