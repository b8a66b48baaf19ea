package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

// BenchOptions are of a measurement.
type BenchOptions struct {
	target.Program
	Rounds int `default:"3" help:"How often to measure; medians are quoted."`
	One    int `default:"5000" help:"Votes for one endpoint."`
	Fifty  int `default:"600" help:"Votes for fifty endpoints."`
	Idle   int `default:"400" help:"Votes for an idle endpoint, 20 a second."`
	Half   int `default:"200" help:"Votes for twenty endpoints, 20 a second, healthy and with half of them hanging."`
}

const (
	// pace is between two votes where latency is measured.
	pace = 50 * time.Millisecond
	// arriveWithin bounds the wait for the last delivery of a measurement.
	arriveWithin = 2 * time.Minute
	// tallyEvery is how often the deliveries are counted.
	tallyEvery = 20 * time.Millisecond
	// twenty endpoints, of which ten hang in one measurement.
	twenty, half = 20, 10
)

// benchmark is one thing to measure.
type benchmark struct {
	name     string
	webhooks int
	votes    func(*BenchOptions) int
	// paced casts one vote at a time; else all are cast as fast as they go.
	paced bool
	// hangFrom is the first endpoint that hangs, 0 for none.
	hangFrom int
}

var benchmarks = []benchmark{
	{name: "one endpoint", webhooks: 1, votes: func(o *BenchOptions) int { return o.One }},
	{name: "fifty endpoints", webhooks: 50, votes: func(o *BenchOptions) int { return o.Fifty }},
	{name: "idle", webhooks: 1, votes: func(o *BenchOptions) int { return o.Idle }, paced: true},
	{name: "twenty healthy", webhooks: twenty, votes: func(o *BenchOptions) int { return o.Half }, paced: true},
	{name: "ten of twenty hang", webhooks: twenty, votes: func(o *BenchOptions) int { return o.Half }, paced: true, hangFrom: half + 1},
}

// Bench runs each benchmark so many times, each time on an empty folder.
func Bench(ctx context.Context, o BenchOptions) (*Report, error) {
	r := &Report{}
	for _, b := range benchmarks {
		r.Benchmarks = append(r.Benchmarks, Benchmark{Name: b.name})
	}
	for round := range o.Rounds {
		for i, b := range benchmarks {
			got, err := b.measure(ctx, &o)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", b.name, err)
			}
			r.Benchmarks[i].Runs = append(r.Benchmarks[i].Runs, got)
			o.Say("%d/%d %-18s %v", round+1, o.Rounds, b.name, got)
		}
	}
	for i := range r.Benchmarks {
		r.Benchmarks[i].medians()
	}
	return r, nil
}

func (b *benchmark) measure(ctx context.Context, o *BenchOptions) (m Measurement, err error) {
	server, err := o.Open(ctx, target.LoopbackWebhooks...)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	endpoints, err := receiver.Start(receiver.Plan{Bare: true, HangFrom: b.hangFrom})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, endpoints.Close()) }()
	hub, err := server.Login(ctx)
	if err != nil {
		return m, err
	}
	defer hub.Close()
	play, err := target.OpenSession(ctx, hub, "Measured game")
	if err != nil {
		return m, err
	}
	for n := range b.webhooks {
		if _, err := register(ctx, hub, endpoints, n+1, []protocol.EventType{protocol.EventVoteReceived}, nil); err != nil {
			return m, err
		}
	}
	before, err := target.Measure(server.Pid())
	if err != nil {
		return m, err
	}
	began := time.Now()
	if err := b.cast(ctx, hub, play.SessionID, b.votes(o)); err != nil {
		return m, err
	}
	t, err := b.arrive(ctx, endpoints, b.expected(b.votes(o)))
	if err != nil {
		return m, err
	}
	after, err := target.Measure(server.Pid())
	return measured(t, time.Unix(0, t.Last).Sub(began), after.CPU-before.CPU), err
}

// cast casts the votes, each under a name with its time.
func (b *benchmark) cast(ctx context.Context, hub *client.Client, id protocol.SessionID, total int) error {
	size := protocol.MaxBatchVotes
	if b.paced {
		size = 1
	}
	for left := total; left > 0; left -= size {
		size = min(size, left)
		now := time.Now()
		votes := target.Votes(id, size, func(i int) string { return receiver.Voter(now.Add(time.Duration(i))) })
		if err := hub.CastVotes(ctx, votes); err != nil {
			return err
		}
		if b.paced {
			if err := report.Wait(ctx, time.Until(now.Add(pace))); err != nil {
				return err
			}
		}
	}
	return nil
}

// expected is how many deliveries are accepted in the end.
func (b *benchmark) expected(votes int) int {
	if b.hangFrom > 0 {
		return votes * (b.hangFrom - 1)
	}
	return votes * b.webhooks
}

// arrive waits for the last delivery.
func (b *benchmark) arrive(ctx context.Context, endpoints *receiver.Receiver, expected int) (t receiver.Tally, err error) {
	if !report.Until(ctx, arriveWithin, tallyEvery, func() bool {
		t = endpoints.Tally()
		return t.Accepted >= expected
	}) {
		err = fmt.Errorf("%d of %d deliveries came in %v", t.Accepted, expected, arriveWithin)
	}
	return t, err
}

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
