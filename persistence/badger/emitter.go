package badger

import (
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// emitter yields the records of chunks to the consumer of a read. Its methods return
// errStop when the consumer, or the head as of the call, ends the read.
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

// trimmedThrough is the last trimmed sequence of the stream.
func (e *emitter) trimmedThrough(stream string) persistence.Seq {
	return e.trims.lookUp(e.marks, stream)
}

// ascending yields the chunk's records with sequences greater than after.
func (e *emitter) ascending(c *layout.Chunk, after persistence.Seq) error {
	if err := database.LoadLargeRecord(e.txn, c); err != nil {
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
		if err := e.emit(c.Record(i, data)); err != nil {
			return err
		}
	}
	return nil
}

// afterPosition yields the chunk's records with positions greater than after that are not
// trimmed.
func (e *emitter) afterPosition(c *layout.Chunk, after persistence.Position) error {
	through := e.trimmedThrough(c.Stream)
	if after >= c.Position {
		through = max(through, c.First+persistence.Seq(after-c.Position))
	}
	if through >= c.Last() {
		return nil
	}
	return e.ascending(c, through)
}

// descending yields the chunk's records with sequences smaller than before and greater
// than floor, newest first.
func (e *emitter) descending(c *layout.Chunk, before, floor persistence.Seq) error {
	if err := database.LoadLargeRecord(e.txn, c); err != nil {
		return err
	}
	e.payloads = e.payloads[:0]
	rest := c.Records
	for i := range c.Count {
		data, next, err := layout.NextRecord(rest)
		if err != nil {
			return c.BadLength(i)
		}
		rest = next
		e.payloads = append(e.payloads, data)
	}
	for i := c.Count - 1; i >= 0; i-- {
		r := c.Record(i, e.payloads[i])
		if r.Seq <= floor {
			return nil
		}
		if r.Seq >= before || r.Position > e.head {
			continue
		}
		if err := e.emit(r); err != nil {
			return err
		}
	}
	return nil
}

func (e *emitter) emit(r persistence.Record) error {
	if r.Position > e.head {
		return errStop
	}
	if err := e.db.checkOpen(e.ctx); err != nil {
		return err
	}
	if !e.handOver(r) {
		return errStop
	}
	return nil
}

func (e *emitter) handOver(r persistence.Record) bool {
	if e.txn != nil { // reading the tail, no panic is taken for damage
		defer database.MarkCallerPanic()
	}
	return e.yield(r, nil)
}
