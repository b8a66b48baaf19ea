package scenario

import (
	"context"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

// sampleEvery is how often the server is looked at while it is under load.
const sampleEvery = time.Second

// Sample is the server at a moment of a run.
type Sample struct {
	Second float64 `json:"second"`
	// RSS is Private memory and pages of files that are mapped, the journal's tables above
	// all: those grow with what is recorded, and the system takes them back at will.
	RSS     float64 `json:"rss_mib"`
	Private float64 `json:"private_mib"`
	// Live is what the last garbage collection could not free.
	Live       float64 `json:"live_mib"`
	Goroutines float64 `json:"goroutines"`
	Files      float64 `json:"files"`
}

// course follows the server during a run.
type course struct {
	stage   *stage
	began   time.Time
	samples []Sample
	ended   chan struct{}
	cancel  context.CancelFunc
}

// follow begins to sample. End it.
func (s *stage) follow(ctx context.Context) *course {
	ctx, cancel := context.WithCancel(ctx)
	c := &course{stage: s, began: time.Now(), ended: make(chan struct{}), cancel: cancel}
	go c.run(ctx) // ends with end
	return c
}

func (c *course) run(ctx context.Context) {
	defer close(c.ended)
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if s, err := c.sample(ctx); err == nil {
				c.samples = append(c.samples, s)
			}
		case <-ctx.Done():
			return
		}
	}
}

// end stops sampling and returns what was seen.
func (c *course) end() []Sample {
	c.cancel()
	<-c.ended
	return c.samples
}

func (c *course) sample(ctx context.Context) (Sample, error) {
	e, err := c.stage.metrics(ctx)
	if err != nil {
		return Sample{}, err
	}
	u, err := target.Measure(c.stage.server.Pid())
	return Sample{
		Second: time.Since(c.began).Seconds(),
		RSS:    report.MiB(u.RSS), Private: report.MiB(u.RSS - u.Mapped), Live: report.MiB(e.sum("go_gc_heap_live_bytes", "")),
		Goroutines: e.sum("go_goroutines", ""), Files: e.sum("process_open_fds", ""),
	}, err
}

const (
	// grown is by how much the last third of a run may be above the second one. The
	// first is the time in which caches fill.
	grown = 1.2
	// What comes on top of it: buffers of a compaction of the journal, which come and go,
	// of which a collection in the midst of it sees some; people who happen to come at the
	// same time; and new tables.
	slackPrivate, slackLive, slackGoroutines, slackFiles = 48, 8, 60, 30
	// voteMiB is what a session keeps in memory of a vote under a new name.
	voteMiB = 128.0 / (1 << 20)
)

// gauges are what a server may not use more and more of.
var gauges = []struct {
	name    string
	of      func(Sample) float64
	slack   float64
	perVote float64
}{
	{"private memory in MiB", func(s Sample) float64 { return s.Private }, slackPrivate, voteMiB},
	{"live heap in MiB", func(s Sample) float64 { return s.Live }, slackLive, voteMiB},
	{"goroutines", func(s Sample) float64 { return s.Goroutines }, slackGoroutines, 0},
	{"open files", func(s Sample) float64 { return s.Files }, slackFiles, 0},
}

// judgeCourse finds what has grown from the second third of a run with so many votes to
// the last.
func judgeCourse(samples []Sample, votes int64, f *oracle.Findings) {
	third := len(samples) / 3
	if third == 0 {
		f.Add("the run was too short to say whether anything grows")
		return
	}
	for _, g := range gauges {
		middle, last := report.Median(samples[third:2*third], g.of), report.Median(samples[2*third:], g.of)
		if last > middle*grown+g.slack+g.perVote*float64(votes)/3 {
			f.Add("%s grew from %.0f in the second third to %.0f in the last", g.name, middle, last)
		}
	}
}
