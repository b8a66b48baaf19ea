package stats

import (
	"bytes"
	"strings"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// Space is one kind of keys; see package layout.
type Space string

// Spaces of entries that belong to a stream, and of those that belong to none: Tables are what
// owners of streams derive from them, such as the index of the vote history.
const (
	Chunks        Space = layout.StreamPrefix
	RecordParts   Space = layout.RecordPartPrefix
	Manifests     Space = layout.ManifestPrefix
	SnapshotParts Space = layout.SnapshotPartPrefix
	TrimMarks     Space = layout.TrimMarkPrefix
	Index         Space = layout.IndexPrefix
	Memos         Space = layout.MemoPrefix
	Tables        Space = layout.TablePrefix
)

// streamSpaces are the spaces whose keys name a stream.
var streamSpaces = []Space{Chunks, RecordParts, Manifests, SnapshotParts, TrimMarks}

// Entry is one key with its value, as of now. It is valid until the function that got it
// returns.
type Entry struct {
	// Space is one of the constants, else what the key begins with, up to its first slash.
	Space Space
	// Stream is the stream that the entry belongs to, "" for none.
	Stream string
	// Bytes are those of key and value as they are stored.
	Bytes int64
	// Chunk holds the records of an entry of Chunks, also a large one; nil for all others
	// and for a chunk that does not check.
	Chunk *layout.Chunk
}

// Records calls f with the payload of each record of the entry that is not trimmed, up to
// the first that does not check.
func (e *Entry) Records(f func(data []byte)) {
	if e.Chunk == nil {
		return
	}
	for rest, n := e.Chunk.Records, 0; n < e.Chunk.Count; n++ {
		data, next, err := layout.NextRecord(rest)
		if err != nil {
			return
		}
		if rest = next; len(data) > 0 {
			f(data)
		}
	}
}

// Summary is what is known after the walk.
type Summary struct {
	// Newest is when the newest record was committed; zero in an empty journal.
	Newest time.Time
	// Superseded are older versions of keys, deleted and expired keys: they leave the disk
	// when their tables are merged.
	Superseded Size
	// Unreadable counts the chunks that do not check.
	Unreadable int64
}

// Size is a number of entries and their bytes.
type Size struct{ Entries, Bytes int64 }

// Run calls visit with every entry that the transaction sees, in the order of the keys: the
// entries of one stream in one space come together. proceed ends the walk with an error; it
// is called at each entry.
func Run(txn *badgerdb.Txn, visit func(*Entry), proceed func() error) (s Summary, err error) {
	newest, ok, err := database.LastCommit(txn)
	if err != nil {
		return s, err
	}
	if ok {
		s.Newest = newest.Time
	}
	it := txn.NewIterator(badgerdb.IteratorOptions{AllVersions: true})
	defer it.Close()
	var before []byte
	for it.Rewind(); it.Valid(); it.Next() {
		if err := proceed(); err != nil {
			return s, err
		}
		item := it.Item()
		again := bytes.Equal(item.Key(), before)
		before = append(before[:0], item.Key()...)
		if again || item.IsDeletedOrExpired() {
			s.Superseded.Entries++
			s.Superseded.Bytes += item.EstimatedSize()
			continue
		}
		if err := s.visit(txn, item, visit); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *Summary) visit(txn *badgerdb.Txn, item *badgerdb.Item, visit func(*Entry)) error {
	key := item.Key()
	e := Entry{Space: spaceOf(key), Bytes: int64(len(key)) + item.ValueSize()}
	for _, space := range streamSpaces {
		if e.Space == space {
			e.Stream, _, _ = strings.Cut(string(key[len(space):]), "\x00")
		}
	}
	if e.Space != Chunks {
		visitSafely(visit, &e)
		return nil
	}
	return item.Value(func(value []byte) error {
		c, err := layout.ParseChunk(e.Stream, key, value)
		if err == nil {
			err = database.LoadLargeRecord(txn, &c)
		}
		if e.Chunk = &c; err != nil {
			e.Chunk = nil
			s.Unreadable++
		}
		visitSafely(visit, &e)
		return nil
	})
}

// visitSafely calls visit so that a panic of the caller is not taken for damage.
func visitSafely(visit func(*Entry), e *Entry) {
	defer database.MarkCallerPanic()
	visit(e)
}

// spaceOf is what a key begins with: all of it when it has no slash.
func spaceOf(key []byte) Space {
	if at := bytes.IndexByte(key, '/'); at >= 0 {
		return Space(key[:at+1])
	}
	return Space(key)
}
