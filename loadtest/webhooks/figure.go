package webhooks

import (
	"fmt"
	"io"
	"time"

	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
)

// Figure is one measurement.
type Figure struct {
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

func (s *scene) figure(t receiver.Tally, took, cpu time.Duration) Figure {
	return Figure{
		Deliveries: t.Accepted, Rate: float64(t.Accepted) / took.Seconds(), Latency: t.Latency,
		CPU: float64(cpu.Microseconds()) / float64(t.Accepted), Faults: t.Disordered + t.Wrong,
	}
}

func (f Figure) String() string {
	return fmt.Sprintf("%6.0f/s  %v  %.0f µs CPU  %d faults", f.Rate, f.Latency, f.CPU, f.Faults)
}

// Scene is all measurements of one thing and their medians, each by itself.
type Scene struct {
	Rate float64  `json:"per_second"`
	P50  float64  `json:"p50_ms"`
	P95  float64  `json:"p95_ms"`
	P99  float64  `json:"p99_ms"`
	CPU  float64  `json:"server_cpu_us"`
	Runs []Figure `json:"runs"`
}

func (s *Scene) medians() {
	s.Rate = report.Median(s.Runs, func(f Figure) float64 { return f.Rate })
	s.P50 = report.Median(s.Runs, func(f Figure) float64 { return f.Latency.P50 })
	s.P95 = report.Median(s.Runs, func(f Figure) float64 { return f.Latency.P95 })
	s.P99 = report.Median(s.Runs, func(f Figure) float64 { return f.Latency.P99 })
	s.CPU = report.Median(s.Runs, func(f Figure) float64 { return f.CPU })
}

// Figures are the result of a measurement.
type Figures struct {
	One     Scene `json:"one_endpoint"`
	Fifty   Scene `json:"fifty_endpoints"`
	Idle    Scene `json:"idle"`
	Healthy Scene `json:"twenty_healthy"`
	Hanging Scene `json:"ten_of_twenty_hang"`
}

func (f *Figures) scenes() []*Scene {
	return []*Scene{&f.One, &f.Fifty, &f.Idle, &f.Healthy, &f.Hanging}
}

// Err tells of deliveries that were no good ones, however fast.
func (f *Figures) Err() error {
	n := 0
	for _, s := range f.scenes() {
		for _, r := range s.Runs {
			n += r.Faults
		}
	}
	if n > 0 {
		return fmt.Errorf("%d deliveries were out of order or wrong", n)
	}
	return nil
}

// Write prints the medians.
func (f *Figures) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	for i, s := range f.scenes() {
		p.Line("%-18s %6.0f/s  p50 %.2f  p95 %.2f  p99 %.2f ms  %.0f µs CPU", scenes[i].name, s.Rate, s.P50, s.P95, s.P99, s.CPU)
	}
	return p.Err()
}
