package voteindex

import (
	"context"
	"fmt"
	"slices"

	"partyline/persistence"
	"partyline/protocol"
)

// eraseAtOnce is how many blocks one flush removes.
const eraseAtOnce = 2000

// Batch is what one flush writes. It does not change any more.
type Batch struct {
	generation  uint32
	through     persistence.Position
	titles      int
	blocks      []sealedBlock
	corrections []correction
	sessions    []*session
	// changes are the keys to be written; those of blocks and postings once they are encoded.
	changes []persistence.TableEntry
	encoded bool

	done chan struct{} // closed when it was written
	err  error
}

// sealedBlock is a block to which no vote is added any more.
type sealedBlock struct {
	owner   *session // for commit
	session protocol.SessionID
	number  int
	rows    *rows
	dead    []uint64
}

// Flush writes all that is not on disk and waits for it.
func (x *Index) Flush(ctx context.Context) error {
	if err := x.Wait(ctx); err != nil {
		return err
	}
	x.seal(true)
	x.writing.write(ctx, x.store)
	return x.Settle()
}

// StartFlush begins to write all that is not on disk, unless something is being written.
func (x *Index) StartFlush() { x.start(true) }

// StartErase begins to remove votes that were dropped from disk, unless there are none or
// something is being written. It adds no generation: however often it is called, postings are no
// more.
func (x *Index) StartErase() {
	if slices.ContainsFunc(x.erasing, (*session).erasable) {
		x.start(false)
	}
}

func (x *Index) start(all bool) {
	if x.writing == nil {
		x.seal(all)
		go x.writing.write(context.Background(), x.store)
	}
}

// Settle notes what a flush that was started has done, if it has ended. The error is why it
// failed; what it would have written stays in memory until Retry or Flush has written it.
func (x *Index) Settle() error {
	b := x.writing
	if b == nil {
		return nil
	}
	select {
	case <-b.done:
	default:
		return nil
	}
	if b.err == nil {
		x.commit(b)
	}
	return b.err
}

// Idle says that nothing is being written, and no flush has failed.
func (x *Index) Idle() bool { return x.writing == nil }

// Retry begins a flush that has failed again.
func (x *Index) Retry() {
	if x.Settle() != nil {
		x.writing.done = make(chan struct{})
		go x.writing.write(context.Background(), x.store)
	}
}

// Overdue says that a flush is under way, or has failed, and that so much has come meanwhile that
// it must be waited for.
func (x *Index) Overdue() bool { return x.writing != nil && x.Due() }

// Wait waits for the flush that is under way, if any, and tries one that has failed once more.
func (x *Index) Wait(ctx context.Context) error {
	b := x.writing
	if b == nil {
		return nil
	}
	<-b.done
	if b.err != nil {
		b.done = make(chan struct{})
		b.write(ctx, x.store)
	}
	return x.Settle()
}

// Abandon waits until nothing is written any more. The index must not be used after it.
func (x *Index) Abandon() {
	if x.writing != nil {
		<-x.writing.done
	}
}

// seal puts what is to be written into a batch: all that is not on disk, or only what is to be
// removed.
func (x *Index) seal(all bool) {
	b := &Batch{done: make(chan struct{}), through: x.flushed, titles: len(x.titles)}
	x.writing = b
	for n := x.storedTitles; n < len(x.titles); n++ {
		b.set(titleKey(n), encodeTitle(x.titles[n]))
	}
	x.sealErased(b, all)
	if !all {
		return
	}
	for s := range x.recent {
		x.sealSession(b, s)
	}
	m := x.meta
	if len(b.blocks) > 0 || len(x.corrections) > 0 {
		m.generation++
		b.generation = m.generation
	}
	b.set([]byte{metaKey}, m.encode())
	b.corrections, b.through = x.corrections, x.through
	x.forgetIdle()
	x.corrections, x.pending = nil, Limits{}
	clear(x.recent)
}

// erasable says whether blocks of a session that were dropped may be removed now. Where later
// blocks are on disk, what changed in them must be written with them.
func (s *session) erasable() bool { return s.gone || s.stored <= s.base }

// sealErased puts what is to be removed into the batch.
func (x *Index) sealErased(b *Batch, all bool) {
	left := eraseAtOnce
	x.erasing = slices.DeleteFunc(x.erasing, func(s *session) bool {
		if left <= 0 || !all && !s.erasable() {
			return false
		}
		until := min(s.base, s.erased+left)
		for left--; s.erased < until; s.erased++ {
			left--
			b.remove(blockKey(s.id, s.erased))
		}
		if s.erased < s.base || !s.gone {
			b.set(directoryKey(s.id, 0), s.encodePart(0, s.stored))
			return s.erased == s.base
		}
		for part := range partOf(max(0, len(s.blocks)-1)) + 1 {
			b.remove(directoryKey(s.id, part))
		}
		delete(x.recent, s) // what is still there is written, and says that it was deleted
		return true
	})
}

func (b *Batch) set(key, value []byte) {
	b.changes = append(b.changes, persistence.TableEntry{Key: key, Value: value})
}

func (b *Batch) remove(key []byte) { b.set(key, nil) }

// sealSession puts the blocks in memory and the dirty parts of a session into the batch.
func (x *Index) sealSession(b *Batch, s *session) {
	first, blocks := s.inMemory()
	for i, k := range blocks {
		if x.sealBlock(k); k.rows != nil {
			b.blocks = append(b.blocks, sealedBlock{s, s.id, first + i, k.rows.view(), slices.Clone(k.dead)})
		}
	}
	for _, part := range s.dirty {
		b.set(directoryKey(s.id, part), s.encodePart(part, len(s.blocks)))
	}
	s.dirty = s.dirty[:0]
	b.sessions = append(b.sessions, s)
}

// write encodes the batch and writes it to the table.
func (b *Batch) write(ctx context.Context, store Store) {
	defer close(b.done)
	b.encode()
	if b.err = store.UpdateTable(ctx, Table, b.changes); b.err != nil {
		b.err = fmt.Errorf("vote index: %w", b.err)
	}
}

func (b *Batch) encode() {
	if b.encoded {
		return
	}
	b.encoded = true
	for i := range b.blocks {
		s := &b.blocks[i]
		b.set(blockKey(s.session, s.number), encodeRows(s.rows))
	}
	b.changes = append(b.changes, b.postings()...)
}

// commit notes that a batch is on disk.
func (x *Index) commit(b *Batch) {
	for i := range b.blocks {
		s := &b.blocks[i]
		s.owner.blocks[s.number].rows = nil
	}
	for _, s := range b.sessions {
		for s.stored < len(s.blocks) && s.blocks[s.stored].rows == nil {
			s.stored++
		}
	}
	x.generation = max(x.generation, b.generation)
	x.flushed, x.storedTitles, x.writing = b.through, b.titles, nil
}
