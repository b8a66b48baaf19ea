package report

import (
	"fmt"
	"time"
)

// Summary is what a report says of a histogram. Durations are milliseconds in JSON.
type Summary struct {
	Count uint64  `json:"count"`
	Mean  float64 `json:"mean_ms"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

// Summary takes the quantiles as they stand now.
func (h *Histogram) Summary() Summary {
	return Summary{
		Count: h.Count(),
		Mean:  milliseconds(h.Mean()),
		P50:   milliseconds(h.Quantile(0.50)),
		P95:   milliseconds(h.Quantile(0.95)),
		P99:   milliseconds(h.Quantile(0.99)),
		Max:   milliseconds(h.Max()),
	}
}

func (s Summary) String() string {
	return fmt.Sprintf("p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms  (%d)", s.P50, s.P95, s.P99, s.Max, s.Count)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
