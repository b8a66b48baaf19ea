package crowd

import (
	"os"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

// sampleEvery is how often the server's memory is looked at for its highest mark.
const sampleEvery = 100 * time.Millisecond

// meter follows what server and crowd use. Without the server's pid it follows the
// crowd alone.
type meter struct {
	pid     int
	empty   target.Usage // before the screens came
	seat    target.Usage // all seated, nothing voted
	screens int
	last    target.Usage
	own     [2]target.Usage
	began   time.Time
	took    time.Duration

	mu   sync.Mutex
	high int64
	stop chan struct{}
	once sync.Once
}

func newMeter(pid int) *meter {
	m := &meter{pid: pid, stop: make(chan struct{})}
	m.empty = m.measure(pid)
	return m
}

// seated begins the measured part.
func (m *meter) seated(screens int) {
	m.screens, m.began = screens, time.Now()
	m.seat, m.own[0] = m.measure(m.pid), m.measure(os.Getpid())
	go m.sample() // ends with end
}

// done ends the measured part.
func (m *meter) done() {
	m.last, m.own[1], m.took = m.measure(m.pid), m.measure(os.Getpid()), time.Since(m.began)
	m.end()
}

// end may be called again.
func (m *meter) end() { m.once.Do(func() { close(m.stop) }) }

func (m *meter) sample() {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m.measure(m.pid)
		case <-m.stop:
			return
		}
	}
}

// measure is zero for what cannot be measured.
func (m *meter) measure(pid int) target.Usage {
	if pid == 0 {
		return target.Usage{}
	}
	u, err := target.Measure(pid)
	if err != nil {
		return target.Usage{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if pid == m.pid {
		m.high = max(m.high, u.RSS)
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

func (m *meter) cost(votes int, deliveries uint64) Cost {
	const mib = 1 << 20
	cpu := m.last.CPU - m.seat.CPU
	m.mu.Lock()
	defer m.mu.Unlock()
	return Cost{
		ServerCPU: cpu.Seconds(), ServerCores: report.Ratio(cpu.Seconds(), m.took.Seconds()),
		PerVote: report.Ratio(cpu.Seconds()*1e6, float64(votes)), PerDelivery: report.Ratio(cpu.Seconds()*1e6, float64(deliveries)),
		EmptyRSS: float64(m.empty.RSS) / mib, SeatedRSS: float64(m.seat.RSS) / mib, HighRSS: float64(m.high) / mib,
		PerScreen: report.Ratio(float64(m.seat.RSS-m.empty.RSS)/1024, float64(m.screens)),
		CrowdCPU:  (m.own[1].CPU - m.own[0].CPU).Seconds(), MeasuredForMs: m.took.Milliseconds(),
	}
}
