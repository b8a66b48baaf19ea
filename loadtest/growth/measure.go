package growth

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

// Tenth is the server when so much of its folder has been made.
type Tenth struct {
	Votes    Count    `json:"votes"`
	Sessions Count    `json:"sessions"`
	Figures  []Figure `json:"figures"`
	Reads    []Read   `json:"reads"`
}

// Figure is one measured value.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

func (t *Tenth) note(name string, value float64) {
	t.Figures = append(t.Figures, Figure{name, value})
}

// tenth grows the folder by a tenth, from 1, and measures: the load, the reads, and two restarts.
func (h *hub) tenth(ctx context.Context, n int) (t Tenth, err error) {
	if err := target.ResetPeak(h.server.Pid()); err != nil {
		return t, err
	}
	before, err := target.Measure(h.server.Pid())
	if err != nil {
		return t, err
	}
	began := time.Now()
	if err := h.grow(ctx, n); err != nil {
		return t, err
	}
	took := time.Since(began)
	after, err := target.Measure(h.server.Pid())
	if err != nil {
		return t, err
	}
	each := len(h.evenings) / Tenths
	votes := 0
	for _, e := range h.evenings[(n-1)*each : n*each] {
		votes += e.recorded()
	}
	t.note(votesPerSecond, float64(votes)/took.Seconds())
	t.note(cpuPerVote, float64((after.CPU-before.CPU).Microseconds())/float64(votes))
	t.note(peakMemory, report.MiB(after.Peak))
	if err := h.rest(ctx); err != nil {
		return t, err
	}
	if t.Reads, err = h.measureReads(ctx, isJudged(n)); err != nil {
		return t, err
	}
	if err := h.count(ctx, &t, n*each); err != nil {
		return t, err
	}
	return t, h.restarts(ctx, &t, isJudged(n))
}

// count compares what the server has recorded with what it was sent.
func (h *hub) count(ctx context.Context, t *Tenth, evenings int) error {
	want := h.live
	for _, e := range h.evenings[:evenings] {
		want += e.recorded()
	}
	var stats protocol.Stats
	if err := h.client.Call(ctx, http.MethodGet, "/api/stats", nil, &stats); err != nil {
		return err
	}
	if got := int(stats.TotalVotes.Count); got != want {
		return fmt.Errorf("the server has recorded %d votes, of %d acknowledged ones", got, want)
	}
	t.Votes, t.Sessions = Count(want), Count(stats.Sessions.Count)
	return nil
}

// restarts measures a start after a kill and one after a regular end, the folder in between, and
// the server afterwards, which has served nothing yet.
func (h *hub) restarts(ctx context.Context, t *Tenth, judged bool) error {
	h.client.Close()
	if err := h.server.Kill(); err != nil {
		return err
	}
	killed, err := h.server.Run(ctx)
	if err != nil {
		return err
	}
	if err := h.rest(ctx); err != nil {
		return err
	}
	began := time.Now()
	if err := h.server.Stop(target.StopWithin); err != nil {
		return err
	}
	t.note(stop, time.Since(began).Seconds())
	bytes, files, err := h.folder(ctx)
	if err != nil {
		return err
	}
	t.note(folderBytes, report.MiB(bytes))
	t.note(bytesPerVote, float64(bytes)/float64(t.Votes))
	t.note(folderFiles, float64(files))
	stopped, err := h.server.Run(ctx)
	if err != nil {
		return err
	}
	t.note(startAfterStop, stopped.Seconds())
	t.note(startAfterKill, killed.Seconds())
	if err := h.rest(ctx); err != nil {
		return err
	}
	u, err := target.Measure(h.server.Pid())
	if err != nil {
		return err
	}
	t.note(startCPU, u.CPU.Seconds())
	if !judged {
		return nil
	}
	return h.atRest(ctx, t)
}

// givesBack is how long nobody uses a server before it is at rest: it gives memory back ten seconds
// after the last write.
const givesBack = 13 * time.Second

// atRest measures what a server takes that nobody uses.
func (h *hub) atRest(ctx context.Context, t *Tenth) error {
	if err := report.Wait(ctx, givesBack); err != nil {
		return err
	}
	s, err := h.server.Look(ctx, h.client)
	if err != nil {
		return err
	}
	t.note(restMemory, s.RSS)
	t.note(restAnonymous, s.Private)
	t.note(goroutines, s.Goroutines)
	t.note(openFiles, s.Files)
	return nil
}

// isJudged is whether the tenth is one of the two that are compared.
func isJudged(n int) bool { return n == 2 || n == Tenths }
