package badger

import (
	"slices"
	"sync"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// blockOverhead is what a commit costs in memory besides its records.
const blockOverhead = 256

// tail keeps the newest commits in memory: readers near the head need not read the
// database. Blocks are never changed once they are in it.
type tail struct {
	limit int

	mu     sync.RWMutex
	blocks []*block
	bytes  int
}

// block is one commit with its records.
type block struct {
	chunks []layout.Chunk
	bytes  int
}

func (b *block) first() persistence.Position { return b.chunks[0].Position }
func (b *block) end() persistence.Position   { return b.chunks[len(b.chunks)-1].End() }

// push adds the newest commit. Where commits before it are missing, because one failed and
// was found written after all, or held a large record, the tail starts over with this one.
func (t *tail) push(chunks []layout.Chunk) {
	if slices.ContainsFunc(chunks, func(c layout.Chunk) bool { return c.Large != nil }) {
		return
	}
	b := &block{chunks: slices.Clone(chunks), bytes: blockOverhead}
	for i := range chunks {
		b.bytes += cap(chunks[i].Records) + blockOverhead
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.blocks); n > 0 && t.blocks[n-1].end()+1 != b.first() {
		t.blocks, t.bytes = nil, 0
	}
	t.blocks = append(t.blocks, b)
	t.bytes += b.bytes
	t.evict()
}

// evict removes the oldest blocks while the tail is over its limit. The slice moves
// forward and is copied by append when it reaches its end, so that is done once per many
// pushes.
func (t *tail) evict() {
	for t.bytes > t.limit && len(t.blocks) > 0 {
		t.bytes -= t.blocks[0].bytes
		t.blocks[0] = nil
		t.blocks = t.blocks[1:]
	}
}

// find is the block that holds the position, or nil.
func (t *tail) find(p persistence.Position) *block {
	t.mu.RLock()
	defer t.mu.RUnlock()
	i, found := slices.BinarySearchFunc(t.blocks, p, func(b *block, p persistence.Position) int {
		switch {
		case b.end() < p:
			return -1
		case b.first() > p:
			return 1
		}
		return 0
	})
	if !found {
		return nil
	}
	return t.blocks[i]
}
