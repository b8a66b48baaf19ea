package committer

import (
	"fmt"

	"partyline/persistence"
)

// maxStreams bounds the sequences kept in memory, some 10 MiB. Past it all are forgotten
// and read again as they are needed.
const maxStreams = 1 << 16

// streamState is what the committer knows of one stream.
type streamState struct {
	// last is the stream's last sequence, accepted appends counted that are not yet
	// written.
	last persistence.Seq
	// group is the stream's place in the batch numbered inBatch.
	group   int
	inBatch int
}

// result is what became of one append of a batch.
type result struct {
	err error
	// last is the stream's sequence after the append.
	last persistence.Seq
	// group and end locate the append's last record: record end-1 of the group. An
	// append without records has end 0.
	group, end int
}

// batcher puts appends into a batch, and keeps what became of each. It belongs to the
// committer's goroutine.
type batcher struct {
	store    Store
	maxBytes int
	streams  map[string]*streamState
	// largeErr is why the parts of the large record at the head of the queue could not be
	// written.
	largeErr error

	// number counts the batches; results are those of the appends in the present one.
	number  int
	batch   Batch
	results []result
}

// fill fills the batch from the queue and returns how many appends got a result. The
// first append that does not fit, or is large, and all after it wait for the next batch.
func (b *batcher) fill(waiting []persistence.Append) int {
	b.results = b.results[:0]
	if len(b.streams) > maxStreams {
		clear(b.streams)
	}
	for i := range waiting {
		a := &waiting[i]
		size := cost(a)
		if !b.batch.empty() && b.batch.cost+size > b.maxBytes || i > 0 && a.Large() {
			return i
		}
		v := b.accept(a)
		if v.err == nil {
			b.batch.cost += size
		}
		b.results = append(b.results, v)
	}
	return len(waiting)
}

// accept checks the append against its stream's last sequence and adds it to the batch.
func (b *batcher) accept(a *persistence.Append) result {
	if err := a.Check(); err != nil {
		return rejected(a, err)
	}
	s, err := b.lookUpStream(a.Stream)
	if err != nil {
		return rejected(a, unavailable(err))
	}
	if s.last != a.Expected {
		return rejected(a, fmt.Errorf("%w: at %d, writer expects %d", persistence.ErrConflict, s.last, a.Expected))
	}
	if a.Large() && b.largeErr != nil {
		return rejected(a, unavailable(b.largeErr))
	}
	if a.Memo != nil {
		b.batch.Memos = append(b.batch.Memos, a.Memo)
	}
	if len(a.Records) == 0 {
		return result{last: s.last}
	}
	return b.add(s, a)
}

// lookUpStream finds the stream's last sequence in memory or in the store.
func (b *batcher) lookUpStream(name string) (*streamState, error) {
	if s := b.streams[name]; s != nil {
		return s, nil
	}
	last, err := b.store.Last(name)
	if err != nil {
		return nil, err
	}
	s := &streamState{last: last, inBatch: -1}
	b.streams[name] = s
	return s, nil
}

// add appends the records to the stream's group.
func (b *batcher) add(s *streamState, a *persistence.Append) result {
	if s.inBatch != b.number {
		s.inBatch = b.number
		s.group = b.batch.addGroup(a.Stream, s.last+1)
	}
	g := &b.batch.Groups[s.group]
	g.Records = append(g.Records, a.Records...)
	s.last += persistence.Seq(len(a.Records))
	b.batch.Records += len(a.Records)
	b.batch.Bytes += a.Size()
	return result{last: s.last, group: s.group, end: len(g.Records)}
}

// fail turns the results of a batch that could not be written into errors and forgets the
// streams it touched, so that their next appends read the sequence from the store.
func (b *batcher) fail(in []persistence.Append, cause error) {
	for i := range in {
		if b.results[i].err == nil {
			b.results[i] = rejected(&in[i], unavailable(cause))
		}
	}
	for i := range b.batch.Groups {
		delete(b.streams, b.batch.Groups[i].Stream)
	}
}

// reject gives every append the same error.
func (b *batcher) reject(waiting []persistence.Append, cause error) {
	b.results = b.results[:0]
	for i := range waiting {
		b.results = append(b.results, rejected(&waiting[i], unavailable(cause)))
	}
}

// outcome is the i-th result as the journal's contract has it; head is the position of the
// last committed record.
func (b *batcher) outcome(i int, head persistence.Position) persistence.Outcome {
	r := &b.results[i]
	if r.err != nil {
		return persistence.Outcome{Err: r.err}
	}
	o := persistence.Outcome{Last: r.last, Position: head}
	if r.end > 0 {
		o.Position = b.batch.Groups[r.group].Position + persistence.Position(r.end) - 1
	}
	return o
}

// reset empties the batch for the next one.
func (b *batcher) reset() {
	b.batch.reset()
	b.number++
}

func rejected(a *persistence.Append, err error) result {
	return result{err: fmt.Errorf("append %s: %w", a.Stream, err)}
}
