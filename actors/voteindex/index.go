package voteindex

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"

	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// Store is the part of a journal that keeps the index's table.
type Store interface {
	ReadTable(ctx context.Context, table string, f func(persistence.TableView) error) error
	UpdateTable(ctx context.Context, table string, changes []persistence.TableEntry) error
	DropTable(ctx context.Context, table string) error
}

// Limits are where a flush is due. A zero field is its default.
type Limits struct {
	// Votes are those in memory.
	Votes int
	// Bytes are those that the flush would write, estimated from above.
	Bytes int
	// Changes are the keys that the flush would write, without those of postings.
	Changes int
	// Records are those of the journal since the last flush: a start reads them again.
	Records persistence.Position
}

// defaultLimits keep a flush within one update of a table, and what a start reads again within
// some 60 ms. A flush writes up to 512 keys of postings, which at 32,768 votes is one for each 64
// votes.
var defaultLimits = Limits{Votes: 32_768, Bytes: 800_000, Changes: 4096, Records: 100_000}

// Index belongs to one goroutine at a time. What Plan and Seal return may be used by another.
type Index struct {
	store  Store
	limits Limits
	meta

	sessions []*session // ascending by id, those that were not deleted
	groups   []*group   // ascending, of all sessions
	// erasing are the sessions of which blocks are still to be removed from disk.
	erasing []*session
	// titles are the games of all plays; those up to storedTitles are on disk.
	titles       []protocol.EventGame
	titleIndex   map[protocol.EventGame]uint32
	storedTitles int

	// corrections are of votes in stored or sealed blocks that do not count any more.
	corrections []correction
	// recent are the sessions with blocks in memory or dirty parts.
	recent map[*session]struct{}
	// withLast are the sessions whose phones' newest votes are known.
	withLast []*session
	// pending is what a flush would write now, and flushed how far the last one had come.
	pending Limits
	flushed persistence.Position
	// writing is the batch that was sealed and is not committed.
	writing *Batch
	scratch []byte
	// spareNames are maps of blocks to which no vote is added any more.
	spareNames []map[string]uint16
}

// meta is what the table says about itself.
type meta struct {
	// through is the last record that is applied. Of the record after it, when that is a chat
	// log, the first partial votes are applied as well.
	through persistence.Position
	partial int
	// generation counts flushes with postings.
	generation uint32
	// secret makes the hashes of names: whoever does not know it cannot choose names that
	// have the same.
	secret [16]byte
}

// New makes an empty index of nothing. What the table holds must have been dropped.
func New(store Store, l Limits) *Index {
	x := &Index{store: store, limits: l.withDefaults(), titleIndex: map[protocol.EventGame]uint32{}, recent: map[*session]struct{}{}}
	_, _ = rand.Read(x.secret[:]) // it never fails
	return x
}

func (l Limits) withDefaults() Limits {
	if l.Votes == 0 {
		l.Votes = defaultLimits.Votes
	}
	if l.Bytes == 0 {
		l.Bytes = defaultLimits.Bytes
	}
	if l.Changes == 0 {
		l.Changes = defaultLimits.Changes
	}
	if l.Records == 0 {
		l.Records = defaultLimits.Records
	}
	return l
}

// Through is the last record that is applied.
func (x *Index) Through() persistence.Position { return x.through }

// Votes is how many votes count.
func (x *Index) Votes() (n int64) {
	for _, s := range x.sessions {
		n += s.votes
	}
	return n
}

// Due says whether it is time for a flush.
func (x *Index) Due() bool {
	p := &x.pending
	return p.Votes >= x.limits.Votes || p.Bytes >= x.limits.Bytes || p.Changes >= x.limits.Changes ||
		x.through-x.flushed >= x.limits.Records
}

// hash is that of a name as it was sent, the same for all names of one voter. With 64 bits two of
// ten million names have the same one with a probability of 1 in 370,000.
func (x *Index) hash(name string) uint64 {
	x.scratch = append(x.scratch[:0], x.secret[:]...)
	if !isPlain(name) {
		name = protocol.NormalizeVoterName(name)
	}
	x.scratch = fact.Fold(x.scratch, name)
	sum := sha256.Sum256(x.scratch)
	return binary.BigEndian.Uint64(sum[:])
}

// isPlain says that a name has nothing that protocol.NormalizeVoterName changes, as nearly all.
func isPlain(name string) bool {
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}

// touch counts what writing the part of a session's directory that holds a block takes.
func (x *Index) touch(s *session, block int) {
	x.recent[s] = struct{}{}
	if bytes := s.markDirty(partOf(block)); bytes > 0 {
		x.pending.Bytes += bytes
		x.pending.Changes++
	}
}

// maxSpareNames bounds the maps that are kept: as many full blocks as a flush has.
const maxSpareNames = 32

// newNames is an empty map for a new block.
func (x *Index) newNames() map[string]uint16 {
	n := len(x.spareNames)
	if n == 0 {
		return map[string]uint16{}
	}
	names := x.spareNames[n-1]
	x.spareNames = x.spareNames[:n-1]
	return names
}

// sealBlock says that no vote is added to a block any more.
func (x *Index) sealBlock(b *block) {
	if b.names != nil && len(x.spareNames) < maxSpareNames {
		clear(b.names)
		x.spareNames = append(x.spareNames, b.names)
	}
	b.names = nil
}
