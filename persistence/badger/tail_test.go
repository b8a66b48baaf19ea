package badger

import (
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// commitOf is one commit of n records at a position.
func commitOf(position persistence.Position, n int) []layout.Chunk {
	return []layout.Chunk{
		{Stream: "a", Position: position, Count: n - 1, Records: make([]byte, 100)},
		{Stream: "b", Position: position + persistence.Position(n) - 1, Count: 1, Records: make([]byte, 100)},
	}
}

func TestTailKeepsTheNewestCommits(t *testing.T) {
	commit := blockOverhead + 2*(blockOverhead+100)
	tl := &tail{limit: 3 * commit}
	for i := range persistence.Position(10) {
		tl.push(commitOf(1+5*i, 5))
	}
	if len(tl.blocks) != 3 || tl.bytes != 3*commit {
		t.Fatalf("%d commits of %d bytes, want 3 of %d", len(tl.blocks), tl.bytes, 3*commit)
	}
	for p := range persistence.Position(60) {
		b := tl.find(p)
		if kept := p > 35 && p <= 50; (b != nil) != kept {
			t.Errorf("position %d: found %v, want %v", p, b != nil, kept)
		}
		if b != nil && (b.first() > p || b.end() < p) {
			t.Errorf("position %d found in %d to %d", p, b.first(), b.end())
		}
	}
}

func TestTailHasNoGap(t *testing.T) {
	tl := &tail{limit: 1 << 20}
	tl.push(commitOf(1, 5))
	tl.push(commitOf(11, 5))
	if tl.find(3) != nil || tl.find(8) != nil || tl.find(12) == nil {
		t.Fatal("commits from before a gap are kept")
	}
}

func TestTailTooSmallForOneCommitIsEmpty(t *testing.T) {
	tl := &tail{limit: 1}
	tl.push(commitOf(1, 5))
	if tl.find(1) != nil || tl.bytes != 0 {
		t.Fatalf("%d bytes kept", tl.bytes)
	}
}
