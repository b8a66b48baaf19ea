package badger

import (
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
	"partyline/persistence/committer"
)

// encoder turns a batch into the entries of one transaction. It belongs to the committer's
// goroutine and keeps its buffers from commit to commit.
//
// Badger keeps no entry past the commit, so keys and values share a scratch buffer. The
// chunks' records live on in the tail and get a new buffer each time. A buffer that grows
// moves on and leaves earlier slices where they are.
type encoder struct {
	entries    []*badgerdb.Entry
	slab       []badgerdb.Entry // what entries point to, but for what a slab that grew has left behind
	chunks     []layout.Chunk
	scratch    []byte
	records    []byte
	compressed []byte // room for compressing one chunk
	// large is the large record whose parts were written last.
	large layout.LargeRecord
}

// maxIdleEntries is the largest slab, in entries, that is kept for the next commit.
const maxIdleEntries = 4096

// maxIdleScratch is the largest scratch buffer that is kept for the next commit.
const maxIdleScratch = 1 << 20

// encode fills entries and chunks; both are valid until the next call. The records of
// chunks, but not the slice, may be kept.
func (e *encoder) encode(b *committer.Batch) {
	e.reset(b)
	for i := range b.Groups {
		e.encodeGroup(&b.Groups[i], b.Time)
	}
	if len(e.chunks) > 0 {
		e.encodeIndexEntry(b)
	}
	for _, m := range b.Memos {
		e.encodeMemo(m)
	}
}

func (e *encoder) reset(b *committer.Batch) {
	if e.compressed == nil {
		e.compressed = make([]byte, layout.MaxCompressedBytes(2*layout.ChunkBytes))
	}
	clear(e.entries)
	clear(e.slab)
	clear(e.chunks)
	e.entries, e.slab, e.chunks, e.scratch = e.entries[:0], e.slab[:0], e.chunks[:0], e.scratch[:0]
	if cap(e.slab) > maxIdleEntries {
		e.entries, e.slab = nil, nil
	}
	if cap(e.scratch) > maxIdleScratch {
		e.scratch = nil
	}
	const perRecord = 3 // a uvarint of up to 2 MiB
	size := b.Bytes
	if e.beginsWithLarge(b) {
		size -= e.large.Length
	}
	e.records = make([]byte, 0, size+b.Records*perRecord)
}

// beginsWithLarge says whether the batch begins with the record whose parts were written
// last.
func (e *encoder) beginsWithLarge(b *committer.Batch) bool {
	if len(b.Groups) == 0 {
		return false
	}
	g := &b.Groups[0]
	return e.isLarge(g.Stream, g.First, g.Records[0])
}

func (e *encoder) isLarge(stream string, seq persistence.Seq, record []byte) bool {
	s := &e.large
	return s.Length == len(record) && s.Seq == seq && s.Stream == stream
}

// encodeGroup encodes a stream's records as one chunk, or several where they are many.
func (e *encoder) encodeGroup(g *committer.Group, at time.Time) {
	for from := 0; from < len(g.Records); {
		to, size := from+1, len(g.Records[from])
		for to < len(g.Records) && size+len(g.Records[to]) <= layout.ChunkBytes {
			size += len(g.Records[to])
			to++
		}
		e.encodeChunk(layout.Chunk{
			Stream:   g.Stream,
			First:    g.First + persistence.Seq(from),
			Position: g.Position + persistence.Position(from),
			Time:     at,
			Count:    to - from,
		}, g.Records[from:to])
		from = to
	}
}

func (e *encoder) encodeChunk(c layout.Chunk, records [][]byte) {
	key := e.appendKey(func(b []byte) []byte { return layout.AppendChunkKey(b, c.Stream, c.First) })
	var how byte
	var stored []byte
	if c.Count == 1 && e.isLarge(c.Stream, c.First, records[0]) {
		l := e.large
		c.Large = &l
		how, stored = layout.StoredInParts, l.AppendReference(nil)
	} else {
		head := len(e.records)
		for _, r := range records {
			e.records = layout.AppendRecord(e.records, r)
		}
		c.Records = e.records[head:len(e.records):len(e.records)]
		how, stored = layout.Compress(e.compressed, c.Records)
	}
	start := len(e.scratch)
	e.scratch = layout.AppendChecksum(append(layout.AppendChunk(e.scratch, &c, how), stored...), start, key)
	e.chunks = append(e.chunks, c)
	e.addEntry(key, e.scratch[start:])
}

func (e *encoder) encodeIndexEntry(b *committer.Batch) {
	key := e.appendKey(func(k []byte) []byte { return layout.AppendIndexKey(k, b.First) })
	start := len(e.scratch)
	e.scratch = layout.AppendCommit(e.scratch, b.Time, e.chunks)
	e.scratch = layout.AppendChecksum(e.scratch, start, key)
	e.addEntry(key, e.scratch[start:])
}

func (e *encoder) encodeMemo(m *persistence.Memo) {
	key := e.appendKey(func(b []byte) []byte { return layout.AppendMemoKey(b, m.Key) })
	expires := time.Now().Add(m.TTL)
	start := len(e.scratch)
	e.scratch = layout.AppendMemo(e.scratch, expires, m.Value)
	e.scratch = layout.AppendChecksum(e.scratch, start, key)
	// Badger counts in whole seconds and rounds down; ours is exact and checked first.
	e.addEntry(key, e.scratch[start:]).ExpiresAt = uint64(expires.Unix()) + 1
}

func (e *encoder) addEntry(key, value []byte) *badgerdb.Entry {
	e.slab = append(e.slab, badgerdb.Entry{Key: key, Value: value})
	entry := &e.slab[len(e.slab)-1]
	e.entries = append(e.entries, entry)
	return entry
}

func (e *encoder) appendKey(appendKey func([]byte) []byte) []byte {
	start := len(e.scratch)
	e.scratch = appendKey(e.scratch)
	return e.scratch[start:len(e.scratch):len(e.scratch)]
}
