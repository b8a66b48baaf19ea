package committer

import "time"

// A commit costs the processor some 150 µs however few appends it holds, and at some
// thousand appends a second two or three arrive while one is written. Waiting a moment for
// the next ones then costs less than it saves: the processor is free sooner for those who
// wait for it. Nothing is gained with one writer that waits for each answer, since nobody
// else comes; nor at full load, where many arrive during each commit. gathering tells these
// apart by what arrived while earlier commits were written.

const (
	// enoughGathered appends are committed at once: a commit's cost is then a few
	// microseconds for each.
	enoughGathered = 16
	// maxGather bounds how long an append waits for others, from when it was queued: with it the
	// median of vote to screen is 0.1 ms longer at 5,000 votes a second; with a millisecond it
	// would be 0.5 ms longer, for hardly less of the processor.
	maxGather = 500 * time.Microsecond
	// syncsGathered bounds the same wait by the duration of the last commit: on a fast disk
	// answers must not become slow against what the disk takes.
	syncsGathered = 4
	// fewArrive is how many appends, on average, arrive during a commit of a writer that is
	// as good as alone.
	fewArrive = 0.5
	// gatherMemory is the number of commits over which that average goes.
	gatherMemory = 8
)

// gathering decides how long the appends that wait are to wait for more. Times are
// nanoseconds by one clock.
type gathering struct {
	// arriving is the average number of appends that arrived during a commit.
	arriving float64
	// peak is how many appends the last commit and those that arrived during it were: as
	// many as are known to be on their way at once.
	peak int
	// ended is when the last commit ended, took how long it took.
	ended, took int64
}

// committed notes a commit of so many appends, which ended now, and how many more had
// arrived by then.
func (g *gathering) committed(appends, arrived int, took time.Duration, now int64) {
	g.arriving += (float64(arrived) - g.arriving) / gatherMemory
	g.peak, g.took, g.ended = appends+arrived, int64(took), now
}

// plan says how many appends are worth waiting for, and until when. The oldest append that
// waits was queued at the given time. It forgets what it knows when nothing has arrived for
// as long as it might wait: then the writers of before are gone.
func (g *gathering) plan(queued int64) (appends int, until int64) {
	wait := min(int64(maxGather), syncsGathered*g.took)
	if queued-g.ended > wait {
		g.arriving = 0
	}
	if g.arriving < fewArrive {
		return 1, queued
	}
	return min(g.peak, enoughGathered), queued + wait
}
