package oracle

import (
	"sync"
	"sync/atomic"
)

const (
	chunkBits = 12
	chunkSize = 1 << chunkBits
	// maxChunks bounds a table at 33 million rows, an hour at 9,000 votes a second.
	maxChunks = 8192
	// MaxRows is how many votes a ledger and how many events a record can hold.
	MaxRows = maxChunks * chunkSize
)

// table is a slice that grows while others read it: rows never move.
type table[T any] struct {
	mu     sync.Mutex
	chunks [maxChunks]atomic.Pointer[[chunkSize]T]
}

// at is the row i, 0 ≤ i < MaxRows, made when it is asked for the first time.
func (t *table[T]) at(i int) *T {
	p := &t.chunks[i>>chunkBits]
	c := p.Load()
	if c == nil {
		c = t.grow(p)
	}
	return &c[i&(chunkSize-1)]
}

func (t *table[T]) grow(p *atomic.Pointer[[chunkSize]T]) *[chunkSize]T {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := p.Load(); c != nil {
		return c
	}
	c := new([chunkSize]T)
	p.Store(c)
	return c
}
