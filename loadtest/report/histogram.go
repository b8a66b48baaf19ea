package report

import (
	"fmt"
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	// subBits is the precision: each power of two is cut into 128 buckets, so a
	// bucket is less than one percent wide.
	subBits = 7
	sub     = 1 << subBits
	// maxBits bounds what is told apart: 2^40 ns are 18 minutes, longer than any run.
	maxBits = 40
	buckets = (maxBits - subBits + 1) * sub
)

// Histogram counts durations. The zero value is ready; methods may be called from
// any goroutine. Do not copy it.
type Histogram struct {
	counts [buckets]atomic.Uint64
	count  atomic.Uint64
	sum    atomic.Int64
	max    atomic.Int64
}

// Record counts one duration. Negative ones count as zero, those over 18 minutes as 18 minutes.
func (h *Histogram) Record(d time.Duration) {
	v := max(int64(d), 0)
	h.counts[bucketOf(v)].Add(1)
	h.count.Add(1)
	h.sum.Add(v)
	for old := h.max.Load(); v > old && !h.max.CompareAndSwap(old, v); {
		old = h.max.Load()
	}
}

// Merge adds what another histogram holds. Busy recorders keep one each, so that
// they do not wait for each other's cache lines.
func (h *Histogram) Merge(o *Histogram) {
	for i := range o.counts {
		if n := o.counts[i].Load(); n > 0 {
			h.counts[i].Add(n)
		}
	}
	h.count.Add(o.count.Load())
	h.sum.Add(o.sum.Load())
	h.max.Store(max(h.max.Load(), o.max.Load()))
}

// Count is how many durations were recorded.
func (h *Histogram) Count() uint64 { return h.count.Load() }

// Max is the longest duration recorded, exact.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max.Load()) }

// Mean is the average, 0 when nothing was recorded.
func (h *Histogram) Mean() time.Duration {
	n := h.count.Load()
	if n == 0 {
		return 0
	}
	return time.Duration(h.sum.Load() / int64(n))
}

// Quantile is a duration that a share q (0 to 1) of the recorded ones does not
// exceed, at most one percent too high and never over Max. 0 when nothing was recorded.
func (h *Histogram) Quantile(q float64) time.Duration {
	n := h.count.Load()
	if n == 0 {
		return 0
	}
	rank := max(uint64(q*float64(n)+0.9999999), 1)
	seen := uint64(0)
	for i := range h.counts {
		if seen += h.counts[i].Load(); seen >= rank {
			return min(time.Duration(topOf(i)), h.Max())
		}
	}
	return h.Max()
}

// bucketOf is exact below 128 ns; above, the leading bit picks the row and the next
// seven the place within it.
func bucketOf(v int64) int {
	if v < sub {
		return int(v)
	}
	row := bits.Len64(uint64(v)) - subBits - 1
	if row > maxBits-subBits-1 {
		return buckets - 1
	}
	return (row+1)*sub + int(v>>row) - sub
}

// topOf is the largest value that falls into the bucket.
func topOf(i int) int64 {
	if i < sub {
		return int64(i)
	}
	row := i/sub - 1
	return (int64(i%sub+sub)+1)<<row - 1
}

// Summary is what a report says of a histogram. Durations are milliseconds in JSON.
type Summary struct {
	Count uint64  `json:"count"`
	Mean  float64 `json:"mean_ms"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

// Summary takes the quantiles as they stand now.
func (h *Histogram) Summary() Summary {
	return Summary{
		Count: h.Count(),
		Mean:  milliseconds(h.Mean()),
		P50:   milliseconds(h.Quantile(0.50)),
		P95:   milliseconds(h.Quantile(0.95)),
		P99:   milliseconds(h.Quantile(0.99)),
		Max:   milliseconds(h.Max()),
	}
}

func (s Summary) String() string {
	return fmt.Sprintf("p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms  (%d)", s.P50, s.P95, s.P99, s.Max, s.Count)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
