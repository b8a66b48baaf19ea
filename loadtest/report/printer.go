package report

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Printer writes lines and keeps the first error of many writes.
type Printer struct {
	w   io.Writer
	err error
}

// NewPrinter writes to w.
func NewPrinter(w io.Writer) *Printer { return &Printer{w: w} }

// Line writes one line.
func (p *Printer) Line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// Err is the first error.
func (p *Printer) Err() error { return p.err }

// Findings writes what a judge has found below a label of that width.
func (p *Printer) Findings(width int, judge string, f Found) {
	for _, sentence := range f.Findings {
		p.Line("%-*s %s", width, "FINDING", sentence)
	}
	p.Line("%-*s %d findings", width, judge, f.FindingCount)
}

// Counts is a line such as "3 × 200, 12 × 429", or none.
func Counts(of map[string]int) string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%d × %s", of[kind], kind))
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}

// Save writes a report to a file as JSON, when there is a path.
func Save(path string, report any) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// Ratio is a / b, 0 when b is.
func Ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// MiB is so many bytes in mebibytes.
func MiB[T int64 | float64](bytes T) float64 { return float64(bytes) / (1 << 20) }

// Median is that of what of says of each; 0 of nothing.
func Median[T any](all []T, of func(T) float64) float64 {
	if len(all) == 0 {
		return 0
	}
	values := make([]float64, len(all))
	for i, v := range all {
		values[i] = of(v)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// Default sets a field that is zero.
func Default[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Wait waits so long; the error is ctx's.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Until looks again and again until a condition holds; false when it did not in time.
func Until(ctx context.Context, within, every time.Duration, condition func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for !condition() {
		if Wait(ctx, every) != nil {
			return false
		}
	}
	return true
}

// keptFindings bounds a report: the first few tell what is wrong, a broken server makes
// millions.
const keptFindings = 30

// Found is what a judge has found: the first thirty sentences, and how many there are.
type Found struct {
	Findings     []string `json:"findings"`
	FindingCount int      `json:"finding_count"`
}

// Err is nil when nothing was found.
func (f *Found) Err() error {
	if f.FindingCount == 0 {
		return nil
	}
	return fmt.Errorf("%d findings, the first: %s", f.FindingCount, f.Findings[0])
}

// Findings collects what does not fit. The zero value is ready; methods may be called from
// any goroutine.
type Findings struct {
	mu    sync.Mutex
	first []string
	count int
}

// Add notes one finding: who saw what, and what was expected.
func (f *Findings) Add(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count++; f.count <= keptFindings {
		f.first = append(f.first, fmt.Sprintf(format, args...))
	}
}

// Append adds what another judge has found.
func (f *Findings) Append(o Found) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first = append(f.first, o.Findings[:min(len(o.Findings), max(0, keptFindings-len(f.first)))]...)
	f.count += o.FindingCount
}

// Found is what there is so far. The list is never nil.
func (f *Findings) Found() Found {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Found{append([]string{}, f.first...), f.count}
}

// Count is how many findings there are, those that were not kept included.
func (f *Findings) Count() int { return f.Found().FindingCount }
