package target

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"partyline/protocol/client"
)

// Metrics are the values of /metrics by series: name and labels as they are written.
type Metrics map[string]float64

// ReadMetrics asks a server for its metrics.
func ReadMetrics(ctx context.Context, c *client.Client) (Metrics, error) {
	var text []byte
	err := c.Call(ctx, "GET", "/metrics", nil, &text)
	return ParseMetrics(text), err
}

// ParseMetrics reads the text format of Prometheus as far as the server writes it: a series, a
// space, a value. Other lines are skipped.
func ParseMetrics(text []byte) Metrics {
	m := Metrics{}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		space := bytes.LastIndexByte(line, ' ')
		if space < 1 || line[0] == '#' {
			continue
		}
		if v, err := strconv.ParseFloat(string(line[space+1:]), 64); err == nil {
			m[string(line[:space])] = v
		}
	}
	return m
}

// Sum adds the series of that name whose labels contain the words.
func (m Metrics) Sum(name, words string) (sum float64) {
	for series, v := range m {
		bare, labels, _ := strings.Cut(series, "{")
		if bare == name && strings.Contains(labels, words) {
			sum += v
		}
	}
	return sum
}
