package webhooks

import (
	"fmt"
	"io"
	"time"

	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
)

// Measurement is one run of a benchmark.
type Measurement struct {
	Deliveries int `json:"deliveries"`
	// Rate is deliveries a second, from the first vote cast to the last delivery.
	Rate float64 `json:"per_second"`
	// Latency is from just before the vote is sent to the arrival of its delivery.
	Latency report.Summary `json:"vote_to_receiver"`
	// CPU is what the server used for each delivery, its vote included, in microseconds.
	CPU float64 `json:"server_cpu_us"`
	// Faults are deliveries out of order and requests with a wrong signature.
	Faults int `json:"faults"`
}

func measured(t receiver.Tally, took, cpu time.Duration) Measurement {
	return Measurement{
		Deliveries: t.Accepted, Rate: float64(t.Accepted) / took.Seconds(), Latency: t.Latency,
		CPU: float64(cpu.Microseconds()) / float64(t.Accepted), Faults: t.Disordered + t.Wrong,
	}
}

func (m Measurement) String() string {
	return fmt.Sprintf("%6.0f/s  %v  %.0f µs CPU  %d faults", m.Rate, m.Latency, m.CPU, m.Faults)
}

// Benchmark is all measurements of one thing and their medians, each by itself.
type Benchmark struct {
	Name string        `json:"name"`
	Rate float64       `json:"per_second"`
	P50  float64       `json:"p50_ms"`
	P95  float64       `json:"p95_ms"`
	P99  float64       `json:"p99_ms"`
	CPU  float64       `json:"server_cpu_us"`
	Runs []Measurement `json:"runs"`
}

func (b *Benchmark) medians() {
	b.Rate = report.Median(b.Runs, func(m Measurement) float64 { return m.Rate })
	b.P50 = report.Median(b.Runs, func(m Measurement) float64 { return m.Latency.P50 })
	b.P95 = report.Median(b.Runs, func(m Measurement) float64 { return m.Latency.P95 })
	b.P99 = report.Median(b.Runs, func(m Measurement) float64 { return m.Latency.P99 })
	b.CPU = report.Median(b.Runs, func(m Measurement) float64 { return m.CPU })
}

// Report is what Bench has measured.
type Report struct {
	Benchmarks []Benchmark `json:"benchmarks"`
}

// Err is for deliveries that were not good, however fast.
func (r *Report) Err() error {
	for _, b := range r.Benchmarks {
		for _, m := range b.Runs {
			if m.Faults > 0 {
				return fmt.Errorf("%s: %d deliveries were out of order or wrong", b.Name, m.Faults)
			}
		}
	}
	return nil
}

// Write prints the medians.
func (r *Report) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	for _, b := range r.Benchmarks {
		p.Line("%-18s %6.0f/s  p50 %.2f  p95 %.2f  p99 %.2f ms  %.0f µs CPU", b.Name, b.Rate, b.P50, b.P95, b.P99, b.CPU)
	}
	return p.Err()
}
