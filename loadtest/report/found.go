package report

import (
	"fmt"
	"sync"
)

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
