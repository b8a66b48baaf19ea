package oracle

import (
	"fmt"
	"sync"
)

// keptFindings bounds the report: the first few tell what is wrong, a broken server
// makes millions.
const keptFindings = 30

// Findings collects what does not fit. The zero value is ready; methods may be
// called from any goroutine.
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

// Count is how many findings there are, those that were not kept included.
func (f *Findings) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// List is the first thirty, in the order they came, never nil.
func (f *Findings) List() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string{}, f.first...)
}
