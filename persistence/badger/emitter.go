package badger

import (
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// output hands the records of chunks to a consumer. Its methods return errEnough
// when the consumer, the context or the head as of the call ends the read.
type emitter struct {
	db    *guardedDB
	marks *trimMarks
	// txn is nil while the tail is read, which holds no large records.
	txn      *badgerdb.Txn
	ctx      context.Context
	head     persistence.Position
	yield    yieldFunc
	payloads [][]byte
	trims    trimCache
}

func (j *Journal) newEmitter(ctx context.Context, head persistence.Position, yield yieldFunc) *emitter {
	return &emitter{db: j.db, marks: j.trimmer.marks, ctx: ctx, head: head, yield: yield}
}

// trimmed is the last trimmed sequence of the stream.
func (o *emitter) trimmedThrough(stream string) persistence.Seq {
	return o.trims.lookUp(o.marks, stream)
}

// up yields the chunk's records with sequences greater than after.
func (o *emitter) ascending(c *layout.Chunk, after persistence.Seq) error {
	if err := database.LoadLargeRecord(o.txn, c); err != nil {
		return err
	}
	rest := c.Records
	for i := range c.Count {
		data, next, err := layout.NextRecord(rest)
		if err != nil {
			return c.BadLength(i)
		}
		rest = next
		if c.First+persistence.Seq(i) <= after {
			continue
		}
		if err := o.emit(c.Record(i, data)); err != nil {
			return err
		}
	}
	return nil
}

// from yields the chunk's records with positions greater than after that are not trimmed.
func (o *emitter) afterPosition(c *layout.Chunk, after persistence.Position) error {
	through := o.trimmedThrough(c.Stream)
	if after >= c.Position {
		through = max(through, c.First+persistence.Seq(after-c.Position))
	}
	if through >= c.Last() {
		return nil
	}
	return o.ascending(c, through)
}

// down yields the chunk's records with sequences smaller than before and greater than
// floor, newest first.
func (o *emitter) descending(c *layout.Chunk, before, floor persistence.Seq) error {
	if err := database.LoadLargeRecord(o.txn, c); err != nil {
		return err
	}
	o.payloads = o.payloads[:0]
	rest := c.Records
	for i := range c.Count {
		data, next, err := layout.NextRecord(rest)
		if err != nil {
			return c.BadLength(i)
		}
		rest = next
		o.payloads = append(o.payloads, data)
	}
	for i := c.Count - 1; i >= 0; i-- {
		r := c.Record(i, o.payloads[i])
		if r.Seq <= floor {
			return nil
		}
		if r.Seq >= before || r.Position > o.head {
			continue
		}
		if err := o.emit(r); err != nil {
			return err
		}
	}
	return nil
}

func (o *emitter) emit(r persistence.Record) error {
	if r.Position > o.head {
		return errStop
	}
	if err := o.db.checkOpen(o.ctx); err != nil {
		return err
	}
	if !o.handOver(r) {
		return errStop
	}
	return nil
}

func (o *emitter) handOver(r persistence.Record) bool {
	if o.txn != nil { // nobody takes a panic for damage while the tail is read
		defer database.MarkCallerPanic()
	}
	return o.yield(r, nil)
}
