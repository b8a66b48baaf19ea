package growth

import (
	"fmt"
	"slices"
	"time"

	"partyline/loadtest/report"
)

// The names of figures, with their units.
const (
	votesPerSecond = "votes a second"
	cpuPerVote     = "server CPU per vote, µs"
	peakMemory     = "peak memory, MiB"
	restMemory     = "memory at rest, MiB"
	restAnonymous  = "memory at rest without files, MiB"
	goroutines     = "goroutines at rest"
	openFiles      = "open files at rest"
	folderBytes    = "folder, MiB"
	bytesPerVote   = "bytes per vote"
	folderFiles    = "files"
	stop           = "stop, s"
	startAfterStop = "start, s"
	startAfterKill = "start after a kill, s"
	startCPU       = "CPU from start to rest, s"
)

// limit bounds one figure. It is exceeded by a value above most, or by one that is both more than
// times the base and more than slack above it: small values double by chance. A zero field or
// base does not bound.
type limit struct{ times, slack, most float64 }

// limits are those of the figures; what has none is shown and not judged: the folder has to grow,
// and its files with it.
var limits = map[string]limit{
	// A tenth has merges that another has not, and other programs take the caches of the cores.
	cpuPerVote: {times: 1.25, slack: 2},
	// The goal for a storm of a million votes; the collector's pace makes for the slack.
	peakMemory: {times: 1.25, slack: 60, most: 350},
	// The goal for 10,000 sessions that nobody looks at.
	restMemory:    {times: 1.25, slack: 10, most: 60},
	restAnonymous: {times: 1.25, slack: 10},
	goroutines:    {times: 1.1, slack: 20},
	// Each table of the journal is one, and 1,024 are what a process may have by default.
	openFiles:    {most: 1000},
	bytesPerVote: {times: 1.25, slack: 10},
	// A stop writes snapshots of what has changed since the last.
	stop:           {times: 2, slack: 1},
	startAfterStop: {times: 3, slack: 0.3, most: 1},
	startAfterKill: {times: 3, slack: 0.3, most: 1},
	// What goes on after the start: projections and webhooks that look for what they have missed.
	startCPU: {times: 2, slack: 1},
}

// readBytes bounds the answer of a read: a list that is asked for no page may have a thousand rows,
// of which a small run has fewer at its second tenth.
var readBytes = limit{times: 1.5, slack: 192 << 10}

// busyFactor is how much slower a read may be beside votes, with which it shares two cores.
const busyFactor = 5

// readLimit bounds the p99 of a read, in milliseconds. A quarter of the bound is as long as a pause
// of the collector or of the machine: by so much more it has not grown.
func readLimit(most time.Duration) limit {
	return limit{times: 2, slack: milliseconds(most) / 4, most: milliseconds(most)}
}

// exceeded says by what a value is above its limit, "" when it is not.
func (l limit) exceeded(base, value float64) string {
	switch {
	case l.most > 0 && value > l.most:
		return fmt.Sprintf("%.4g, at most %.4g is allowed", value, l.most)
	case l.times > 0 && base > 0 && value > base*l.times && value > base+l.slack:
		return fmt.Sprintf("%.4g, it was %.4g at the second tenth", value, base)
	}
	return ""
}

// judge compares the end with the second tenth: at the first, caches and files are still those of a
// new folder. Noise makes figures worse and never better, so that of the last two tenths the
// better one counts, and of the second and third the worse. MostRead is for the p99 of a read
// while nothing else runs.
func judge(tenths []Tenth, mostRead time.Duration) report.Found {
	var found report.Findings
	n := len(tenths) - 1
	base, last := tenths[1], tenths[n]
	check := func(name string, l limit, base, value float64) {
		if says := l.exceeded(base, value); says != "" {
			found.Add("%s: %s", name, says)
		}
	}
	for _, f := range last.Figures {
		value := f.Value
		if before := tenths[n-1].figure(f.Name); before > 0 {
			value = min(value, before)
		}
		check(f.Name, limits[f.Name], max(base.figure(f.Name), tenths[2].figure(f.Name)), value)
	}
	quiet, busy := readLimit(mostRead), readLimit(busyFactor*mostRead)
	for _, r := range last.Reads {
		if r.Refused > 0 {
			found.Add("%s: %d requests were refused", r.Name, r.Refused)
		}
		b := base.read(r.Name)
		check(r.Name+", p99 in ms", quiet, b.Quiet.P99, r.Quiet.P99)
		check(r.Name+", p99 in ms beside votes", busy, b.Busy.P99, r.Busy.P99)
		check(r.Name+", bytes of the answer", readBytes, float64(b.Bytes), float64(r.Bytes))
	}
	return found.Found()
}

// figure is the value of a figure, 0 without.
func (t *Tenth) figure(name string) float64 {
	for _, f := range t.Figures {
		if f.Name == name {
			return f.Value
		}
	}
	return 0
}

// read is a read, and one of only zeros where the list had not so many pages.
func (t *Tenth) read(name string) (r Read) {
	if i := slices.IndexFunc(t.Reads, func(r Read) bool { return r.Name == name }); i >= 0 {
		r = t.Reads[i]
	}
	return r
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
