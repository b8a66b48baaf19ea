package crowd

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

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
