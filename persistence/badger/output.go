package badger

import (
	"context"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// output hands the records of chunks to a consumer. Its methods return errEnough
// when the consumer, the context or the head as of the call ends the read.
type output struct {
	journal *Journal
	// txn is nil while the tail is read, which holds no large records.
	txn    *badgerdb.Txn
	ctx    context.Context
	head   persistence.Position
	yield  yieldFunc
	places [][]byte
	glance glance
}

// trimmed is the last trimmed sequence of the stream.
func (o *output) trimmed(stream string) persistence.Seq {
	return o.glance.at(o.journal.marks, stream)
}

// up yields the chunk's records with sequences greater than after.
func (o *output) up(c *chunk, after persistence.Seq) error {
	if err := c.open(o.txn); err != nil {
		return err
	}
	rest := c.records
	for i := range c.count {
		data, next, err := cut(rest)
		if err != nil {
			return damaged(c, i)
		}
		rest = next
		if c.first+persistence.Seq(i) <= after {
			continue
		}
		if err := o.give(c.record(i, data)); err != nil {
			return err
		}
	}
	return nil
}

// from yields the chunk's records with positions greater than after that are not trimmed.
func (o *output) from(c *chunk, after persistence.Position) error {
	through := o.trimmed(c.stream)
	if after >= c.position {
		through = max(through, c.first+persistence.Seq(after-c.position))
	}
	if through >= c.last() {
		return nil
	}
	return o.up(c, through)
}

// down yields the chunk's records with sequences smaller than before and greater than
// floor, newest first.
func (o *output) down(c *chunk, before, floor persistence.Seq) error {
	if err := c.open(o.txn); err != nil {
		return err
	}
	o.places = o.places[:0]
	rest := c.records
	for i := range c.count {
		data, next, err := cut(rest)
		if err != nil {
			return damaged(c, i)
		}
		rest = next
		o.places = append(o.places, data)
	}
	for i := c.count - 1; i >= 0; i-- {
		r := c.record(i, o.places[i])
		if r.Seq <= floor {
			return nil
		}
		if r.Seq >= before || r.Position > o.head {
			continue
		}
		if err := o.give(r); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) give(r persistence.Record) error {
	if r.Position > o.head {
		return errEnough
	}
	if err := o.journal.proceed(o.ctx); err != nil {
		return err
	}
	if !o.hand(r) {
		return errEnough
	}
	return nil
}

func (o *output) hand(r persistence.Record) bool {
	if o.txn != nil { // nobody takes a panic for damage while the tail is read
		defer theirs()
	}
	return o.yield(r, nil)
}

func damaged(c *chunk, i int) error {
	return fmt.Errorf("%w: %s record %d: length", persistence.ErrCorrupt, c.stream, c.first+persistence.Seq(i))
}
