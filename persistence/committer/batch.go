package committer

import (
	"time"

	"partyline/persistence"
)

// groupOverhead is what a store may add for one stream or memo in one batch: keys,
// headers, checksums, its line in an index.
const groupOverhead = 256

// recordOverhead is what a store may add for one record: its length, and its share
// of a split.
const recordOverhead = 8

// maxIdleGroup is the largest record slice, in records, that a group keeps for reuse in
// the next batch.
const maxIdleGroup = 1024

// Batch is what one commit writes. It is valid until Commit returns.
type Batch struct {
	// First is the position of the first record: one after the head.
	First persistence.Position
	// Time is the commit time of all records: UTC, whole milliseconds, never before
	// that of an earlier batch.
	Time time.Time
	// Groups are the records by stream, in the order of their positions.
	Groups []Group
	// Memos are in the order of their appends; of two with one key the later holds.
	Memos []*persistence.Memo
	// Records and Bytes count the records of all groups.
	Records, Bytes int

	cost int
}

// Group is all that one batch adds to one stream.
type Group struct {
	Stream string
	// First and Position are the sequence and the place of the first record; the
	// others follow without a gap.
	First    persistence.Seq
	Position persistence.Position
	Records  [][]byte
}

// reset empties the batch and drops its references to the writers' bytes.
func (b *Batch) reset() {
	for i := range b.Groups {
		records := b.Groups[i].Records
		if cap(records) > maxIdleGroup {
			records = nil
		}
		clear(records)
		b.Groups[i] = Group{Records: records[:0]}
	}
	clear(b.Memos)
	*b = Batch{Groups: b.Groups[:0], Memos: b.Memos[:0]}
}

func (b *Batch) empty() bool { return len(b.Groups) == 0 && len(b.Memos) == 0 }

// addGroup starts a group and returns its index. The record slices of earlier batches are
// reused.
func (b *Batch) addGroup(stream string, first persistence.Seq) int {
	n := len(b.Groups)
	if n < cap(b.Groups) {
		b.Groups = b.Groups[:n+1]
	} else {
		b.Groups = append(b.Groups, Group{})
	}
	b.Groups[n] = Group{Stream: stream, First: first, Records: b.Groups[n].Records[:0]}
	return n
}

// assignPositions numbers the records of all groups from the position after head.
func (b *Batch) assignPositions(head persistence.Position) {
	b.First = head + 1
	for i := range b.Groups {
		b.Groups[i].Position = head + 1
		head += persistence.Position(len(b.Groups[i].Records))
	}
}

// cost is an upper bound of what the append adds to a store's transaction. Of a large
// record, whose parts are written ahead, the transaction holds only a reference.
func cost(a *persistence.Append) int {
	c := len(a.Records)*recordOverhead + groupOverhead + 2*len(a.Stream)
	if !a.Large() {
		c += a.Size()
	}
	if a.Memo != nil {
		c += groupOverhead + len(a.Memo.Key) + len(a.Memo.Value)
	}
	return c
}
