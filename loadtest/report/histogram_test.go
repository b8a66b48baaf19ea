package report_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"partyline/loadtest/report"
)

func TestQuantilesAreWithinOnePercent(t *testing.T) {
	var h report.Histogram
	rng := rand.New(rand.NewPCG(1, 2))
	all := make([]time.Duration, 0, 100_000)
	for range cap(all) {
		d := time.Duration(rng.ExpFloat64() * float64(3*time.Millisecond))
		all = append(all, d)
		h.Record(d)
	}
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.95, 0.99, 0.999} {
		exact := all[int(q*float64(len(all)))-1]
		got := h.Quantile(q)
		if got < exact || float64(got) > float64(exact)*1.01 {
			t.Errorf("quantile %v = %v, exact %v", q, got, exact)
		}
	}
	if h.Max() != all[len(all)-1] || h.Quantile(1) != h.Max() {
		t.Errorf("max %v and quantile 1 %v, exact %v", h.Max(), h.Quantile(1), all[len(all)-1])
	}
}

func TestOddDurations(t *testing.T) {
	var h report.Histogram
	if h.Quantile(0.5) != 0 || h.Mean() != 0 {
		t.Errorf("an empty histogram says %v, %v", h.Quantile(0.5), h.Mean())
	}
	h.Record(-time.Second)
	if h.Quantile(1) != 0 || h.Count() != 1 {
		t.Errorf("a negative duration counts as %v", h.Quantile(1))
	}
	h.Record(100 * time.Hour)
	if h.Max() != 100*time.Hour || h.Count() != 2 {
		t.Errorf("max %v of %d", h.Max(), h.Count())
	}
}

func TestRecordingFromManyGoroutinesLosesNothing(t *testing.T) {
	var h report.Histogram
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 1000 {
				h.Record(time.Duration(i*1000 + n))
			}
		})
	}
	group.Wait()
	if s := h.Summary(); s.Count != 8000 || h.Max() != 7999 || h.Mean() != 3999 {
		t.Errorf("summary %v, mean %v", s, h.Mean())
	}
}

func TestMergeAddsUp(t *testing.T) {
	var a, b report.Histogram
	a.Record(10)
	b.Record(20)
	b.Record(90)
	a.Merge(&b)
	if a.Count() != 3 || a.Mean() != 40 || a.Max() != 90 || a.Quantile(0.5) != 20 {
		t.Errorf("count %d, mean %v, max %v, median %v", a.Count(), a.Mean(), a.Max(), a.Quantile(0.5))
	}
}
