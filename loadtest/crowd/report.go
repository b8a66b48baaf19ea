package crowd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

// Report is the outcome of a run. It is a good run when Findings is empty; Errors are what voters
// and screens met, by kind, and may be intended.
type Report struct {
	Screens   int           `json:"screens"`
	Sessions  int           `json:"sessions"`
	Mode      protocol.Mode `json:"mode"`
	Transport Transport     `json:"transport"`
	Rate      float64       `json:"rate_per_second"` // 0 for closed loop
	Clients   int           `json:"clients"`

	Votes          oracle.Counts `json:"votes"`
	VotesPerSec    float64       `json:"votes_per_second"`
	Deliveries     uint64        `json:"deliveries"`
	DeliveriesPerS float64       `json:"deliveries_per_second"`
	// Late is how long after its time a request was sent, because the crowd had no CPU or all
	// clients were waiting for answers. It is part of Ack and Show.
	Late       report.Summary `json:"due_to_sent"`
	Ack        report.Summary `json:"vote_to_answer"`
	Show       report.Summary `json:"vote_to_screen"`
	Reconnects int64          `json:"reconnects"`
	Errors     map[string]int `json:"errors"`
	Cost       Cost           `json:"cost"`
	report.Found
}

// Err is nil for a good run.
func (r *Report) Err() error {
	if r.Votes.Sent > 0 && r.Votes.Acknowledged == 0 && r.FindingCount == 0 {
		return fmt.Errorf("none of %d votes was acknowledged: %v", r.Votes.Sent, r.Errors)
	}
	return r.Found.Err()
}

func (l *load) report(deliveries uint64, voted, shown time.Duration) *Report {
	var ack report.Histogram
	for i := range l.ack {
		ack.Merge(&l.ack[i])
	}
	counts := l.Votes.Count()
	l.mu.Lock()
	defer l.mu.Unlock()
	return &Report{
		Screens: l.o.Screens, Sessions: l.o.Sessions, Mode: l.o.Mode, Transport: l.o.Transport, Rate: l.o.Rate, Clients: l.o.Clients,
		Votes: counts, VotesPerSec: report.Ratio(float64(counts.Acknowledged), voted.Seconds()),
		Deliveries: deliveries, DeliveriesPerS: report.Ratio(float64(deliveries), shown.Seconds()),
		Late: l.late.Summary(), Ack: ack.Summary(), Show: l.screens.Latency(), Reconnects: l.screens.Reconnects.Load(), Errors: maps.Clone(l.errors),
		Cost: l.usage.cost(l.o.Screens, counts.Acknowledged, deliveries), Found: l.Findings.Found(),
	}
}

// Write prints the report.
func (r *Report) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	loop := fmt.Sprintf("open loop, %g votes/s", r.Rate)
	if r.Rate == 0 {
		loop = fmt.Sprintf("closed loop, %d at once", r.Clients)
	}
	p.Line("%d screens (%s), %d sessions, votes by %s, %s", r.Screens, r.Mode, r.Sessions, r.Transport, loop)
	p.Line("votes          %.0f/s   %d sent, %d acknowledged, %d refused, %d unknown (%d of them recorded)", r.VotesPerSec,
		r.Votes.Sent, r.Votes.Acknowledged, r.Votes.Refused, r.Votes.Unknown, r.Votes.Found)
	p.Line("due → sent     %v", r.Late)
	p.Line("vote → answer  %v", r.Ack)
	p.Line("deliveries     %.0f/s   %d", r.DeliveriesPerS, r.Deliveries)
	p.Line("vote → screen  %v", r.Show)
	if r.Reconnects > 0 {
		p.Line("reconnects     %d", r.Reconnects)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Errors)) {
		p.Line("error          %d × %s", r.Errors[kind], kind)
	}
	r.Cost.write(p)
	p.Findings(14, "oracle", r.Found)
	return p.Err()
}

func (c Cost) write(p *report.Printer) {
	if c.HighRSS > 0 {
		p.Line("server CPU     %.2f s, %.2f cores, %.1f µs per vote, %.2f µs per delivery", c.ServerCPU, c.ServerCores, c.PerVote, c.PerDelivery)
		p.Line("server memory  %.0f MiB empty, %.0f with screens (%.1f KiB each), %.0f at most", c.EmptyRSS, c.SeatedRSS, c.PerScreen, c.HighRSS)
	}
	p.Line("crowd CPU      %.2f s in %.1f s", c.CrowdCPU, float64(c.MeasuredForMs)/1000)
}

// sampleEvery is how often the server's memory is sampled for its maximum.
const sampleEvery = 100 * time.Millisecond

// usage is what server and crowd use: before screens connect, when all have, and at the end.
// Without the server's pid it is the crowd's alone.
type usage struct {
	pid                 int
	empty, seated, last target.Usage
	ownBefore, ownAfter target.Usage
	began               time.Time
	took                time.Duration
	highest             atomic.Int64
}

func (u *usage) begin(pid int) {
	u.pid = pid
	u.empty = u.server()
}

// connected begins the measured part, end ends it.
func (u *usage) connected() {
	u.began = time.Now()
	u.seated, u.ownBefore = u.server(), measure(os.Getpid())
}

func (u *usage) end() {
	u.last, u.ownAfter, u.took = u.server(), measure(os.Getpid()), time.Since(u.began)
}

// sample samples memory until ctx ends.
func (u *usage) sample(ctx context.Context) {
	for report.Wait(ctx, sampleEvery) == nil {
		u.server()
	}
}

func (u *usage) server() target.Usage {
	now := measure(u.pid)
	for old := u.highest.Load(); now.RSS > old && !u.highest.CompareAndSwap(old, now.RSS); {
		old = u.highest.Load()
	}
	return now
}

// measure returns zero for what cannot be measured.
func measure(pid int) (u target.Usage) {
	if pid != 0 {
		u, _ = target.Measure(pid)
	}
	return u
}

// Cost is what a run used. Without the server's pid only the crowd's own is known.
type Cost struct {
	ServerCPU     float64 `json:"server_cpu_seconds"`
	ServerCores   float64 `json:"server_cores"`
	PerVote       float64 `json:"server_cpu_us_per_vote"`
	PerDelivery   float64 `json:"server_cpu_us_per_delivery"`
	EmptyRSS      float64 `json:"server_rss_mib_before_screens"`
	SeatedRSS     float64 `json:"server_rss_mib_with_screens"`
	HighRSS       float64 `json:"server_rss_mib_highest"`
	PerScreen     float64 `json:"server_rss_kib_per_screen"`
	CrowdCPU      float64 `json:"crowd_cpu_seconds"`
	MeasuredForMs int64   `json:"measured_for_ms"`
}

func (u *usage) cost(screens, votes int, deliveries uint64) Cost {
	cpu := (u.last.CPU - u.seated.CPU).Seconds()
	return Cost{
		ServerCPU: cpu, ServerCores: report.Ratio(cpu, u.took.Seconds()),
		PerVote: report.Ratio(cpu*1e6, float64(votes)), PerDelivery: report.Ratio(cpu*1e6, float64(deliveries)),
		EmptyRSS: report.MiB(u.empty.RSS), SeatedRSS: report.MiB(u.seated.RSS), HighRSS: report.MiB(u.highest.Load()),
		PerScreen: report.Ratio(float64(u.seated.RSS-u.empty.RSS)/1024, float64(screens)),
		CrowdCPU:  (u.ownAfter.CPU - u.ownBefore.CPU).Seconds(), MeasuredForMs: u.took.Milliseconds(),
	}
}
