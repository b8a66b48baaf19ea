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

// fillBatch fills the batch from the queue and returns how many appends got a result. The
// first append that does not fit, or is large, and all after it wait for the next batch.
func (c *Committer) fillBatch(waiting []persistence.Append) int {
	c.results = c.results[:0]
	if len(c.streams) > maxStreams {
		clear(c.streams)
	}
	for i := range waiting {
		a := &waiting[i]
		size := cost(a)
		if !c.batch.empty() && c.batch.cost+size > c.maxBytes || i > 0 && a.Large() {
			return i
		}
		v := c.accept(a)
		if v.err == nil {
			c.batch.cost += size
		}
		c.results = append(c.results, v)
	}
	return len(waiting)
}

// accept checks the append against its stream's last sequence and adds it to the batch.
func (c *Committer) accept(a *persistence.Append) result {
	if err := a.Check(); err != nil {
		return rejected(a, err)
	}
	s, err := c.lookUpStream(a.Stream)
	if err != nil {
		return rejected(a, unavailable(err))
	}
	if s.last != a.Expected {
		return rejected(a, fmt.Errorf("%w: at %d, writer expects %d", persistence.ErrConflict, s.last, a.Expected))
	}
	if a.Large() && c.largeErr != nil {
		return rejected(a, unavailable(c.largeErr))
	}
	if a.Memo != nil {
		c.batch.Memos = append(c.batch.Memos, a.Memo)
	}
	if len(a.Records) == 0 {
		return result{last: s.last}
	}
	return c.addToBatch(s, a)
}

// lookUpStream finds the stream's last sequence in memory or in the store.
func (c *Committer) lookUpStream(name string) (*streamState, error) {
	if s := c.streams[name]; s != nil {
		return s, nil
	}
	last, err := c.store.Last(name)
	if err != nil {
		return nil, err
	}
	s := &streamState{last: last, inBatch: -1}
	c.streams[name] = s
	return s, nil
}

// addToBatch appends the records to the stream's group.
func (c *Committer) addToBatch(s *streamState, a *persistence.Append) result {
	if s.inBatch != c.commits {
		s.inBatch = c.commits
		s.group = c.batch.addGroup(a.Stream, s.last+1)
	}
	g := &c.batch.Groups[s.group]
	g.Records = append(g.Records, a.Records...)
	s.last += persistence.Seq(len(a.Records))
	c.batch.Records += len(a.Records)
	c.batch.Bytes += a.Size()
	return result{last: s.last, group: s.group, end: len(g.Records)}
}
