package hooks

import (
	"fmt"
	"io"
	"slices"
	"time"

	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/latency"
)

// Figure is one measurement.
type Figure struct {
	Deliveries int `json:"deliveries"`
	// Rate is deliveries a second, from the first vote cast to the last delivery.
	Rate float64 `json:"per_second"`
	// Latency is from just before the vote is sent to the arrival of its delivery.
	Latency latency.Summary `json:"vote_to_receiver"`
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
	s.Rate = s.median(func(f Figure) float64 { return f.Rate })
	s.P50 = s.median(func(f Figure) float64 { return f.Latency.P50 })
	s.P95 = s.median(func(f Figure) float64 { return f.Latency.P95 })
	s.P99 = s.median(func(f Figure) float64 { return f.Latency.P99 })
	s.CPU = s.median(func(f Figure) float64 { return f.CPU })
}

func (s *Scene) median(of func(Figure) float64) float64 {
	var all []float64
	for _, f := range s.Runs {
		all = append(all, of(f))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// Figures are the result of a measurement.
type Figures struct {
	One     Scene `json:"one_endpoint"`
	Fifty   Scene `json:"fifty_endpoints"`
	Idle    Scene `json:"idle"`
	Healthy Scene `json:"twenty_healthy"`
	Hanging Scene `json:"ten_of_twenty_hang"`
}

func (f *Figures) medians() {
	for _, s := range f.scenes() {
		s.medians()
	}
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

// Write prints medians beside the goals of the project.
func (f *Figures) Write(w io.Writer) error {
	verdict := func(ok bool) string {
		if ok {
			return "ok"
		}
		return "MISSED"
	}
	_, err := fmt.Fprintf(w, "one endpoint     %8.0f/s               goal 1500/s   %s\nfifty endpoints  %8.0f/s               goal 3000/s   %s\n"+
		"idle             p50 %.2f p99 %.2f ms    goal 5, 25 ms %s\nhealthy half     p95 %.2f, alone %.2f ms  goal under 2x %s\n",
		f.One.Rate, verdict(f.One.Rate >= 1500), f.Fifty.Rate, verdict(f.Fifty.Rate >= 3000),
		f.Idle.P50, f.Idle.P99, verdict(f.Idle.P50 < 5 && f.Idle.P99 < 25),
		f.Hanging.P95, f.Healthy.P95, verdict(f.Hanging.P95 < 2*f.Healthy.P95))
	return err
}
