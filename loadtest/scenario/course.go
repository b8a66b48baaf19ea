package scenario

import (
	"context"
	"time"

	"partyline/loadtest/oracle"
)

// sampleEvery is how often the server is looked at while it is under load.
const sampleEvery = time.Second

// Sample is the server at a moment of a run.
type Sample struct {
	Second     float64 `json:"second"`
	RSS        float64 `json:"rss_mib"`
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
			if e, err := c.stage.metrics(ctx); err == nil {
				c.samples = append(c.samples, sample(e, time.Since(c.began)))
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

func sample(e exposition, at time.Duration) Sample {
	return Sample{
		Second: at.Seconds(), RSS: e.sum("process_resident_memory_bytes", "") / (1 << 20),
		Goroutines: e.sum("go_goroutines", ""), Files: e.sum("process_open_fds", ""),
	}
}

const (
	// grown is by how much the last third of a run may be above the second one. The
	// first is the time in which caches fill.
	grown = 1.2
	// What comes on top of it: tables that the journal builds from time to time, and
	// people who happen to come at the same time.
	slackMiB, slackGoroutines, slackFiles = 48, 60, 30
)

// judgeCourse finds what has grown from the second third of a run to the last.
func judgeCourse(samples []Sample, f *oracle.Findings) {
	third := len(samples) / 3
	if third == 0 {
		f.Add("the run was too short to say whether anything grows")
		return
	}
	for _, what := range []struct {
		name  string
		of    func(Sample) float64
		slack float64
	}{
		{"memory in MiB", func(s Sample) float64 { return s.RSS }, slackMiB},
		{"goroutines", func(s Sample) float64 { return s.Goroutines }, slackGoroutines},
		{"open files", func(s Sample) float64 { return s.Files }, slackFiles},
	} {
		middle, last := mean(samples[third:2*third], what.of), mean(samples[2*third:], what.of)
		if last > middle*grown+what.slack {
			f.Add("%s grew from %.0f in the second third to %.0f in the last", what.name, middle, last)
		}
	}
}

func mean(samples []Sample, of func(Sample) float64) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += of(s)
	}
	return sum / float64(len(samples))
}
