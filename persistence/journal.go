package persistence

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Seq numbers the records of one stream, gapless from 1. Zero is "before the first".
type Seq uint64

// Position numbers all records of all streams in the one global order, ascending
// from 1. Zero is "before the first".
type Position uint64

// Errors of a journal. Callers test with errors.Is; what is returned is wrapped
// with the operation and the stream.
var (
	// ErrConflict: the stream's last sequence is not the one the writer expected.
	// Somebody else wrote, or an earlier append of this writer failed. Nothing was written.
	ErrConflict = errors.New("journal: unexpected sequence")
	// ErrUnavailable: the disk refuses, or less than the reserve is free. For an
	// append the outcome may be unknown: read the stream before writing again.
	ErrUnavailable = errors.New("journal: storage unavailable")
	// ErrCorrupt: a checksum or a sequence does not fit. What is named must not be served.
	ErrCorrupt = errors.New("journal: corrupt")
	// ErrTooLarge: an append or snapshot over the limit. Nothing was written.
	ErrTooLarge = errors.New("journal: too large")
	// ErrClosed: the journal is closing or closed. Nothing was written.
	ErrClosed = errors.New("journal: closed")
)

// Reasons of ErrUnavailable that tell an operator what to do. Each is ErrUnavailable, too.
var (
	// ErrFull: less than the reserve is free on the disk.
	ErrFull = fmt.Errorf("%w: the disk is full", ErrUnavailable)
	// ErrNoFile: no file can be made or opened.
	ErrNoFile = fmt.Errorf("%w: no file can be made for the journal", ErrUnavailable)
	// ErrStalled: the disk neither takes nor refuses a write.
	ErrStalled = fmt.Errorf("%w: the disk does not answer", ErrUnavailable)
	// ErrWriteFailed: the disk did not take a write, and nothing more is written until the
	// journal is opened again.
	ErrWriteFailed = fmt.Errorf("%w: nothing is written until the folder is opened again, after a write that failed", ErrUnavailable)
)

// StalledAfter is how long an append may wait before the disk is said to hang. The slowest
// commit seen on a disk that works took half a second, on a machine busy with much else; a
// voter waits for 15 s. A supervisor should learn of it between the two.
const StalledAfter = 5 * time.Second

// Limits of one append. They keep one append within one Badger transaction
// (15 % of an 8 MiB memtable) beside others.
const (
	MaxAppendRecords = 4096
	MaxAppendBytes   = 512 << 10
	// MaxRecordBytes bounds a large record: one of more than MaxAppendBytes, alone in its
	// append. The largest import, of 16 MiB, fits.
	MaxRecordBytes = 17 << 20
	// MaxSnapshotBytes bounds one snapshot: a session of some ten million votes.
	MaxSnapshotBytes = 256 << 20
	// MaxStreamName keeps keys short.
	MaxStreamName = 64
	// MaxMemoBytes bounds a memo's value: the answer to the largest batch of votes.
	MaxMemoBytes = 256 << 10
)

// Record is one entry of the journal as it is read back. Data is valid until the
// next step of the iteration it came from; keep a copy, not the slice.
type Record struct {
	Stream   string
	Seq      Seq
	Position Position
	// Time is when the journal committed the record, UTC, milliseconds. It never
	// goes back along the global order, whatever the machine's clock does.
	Time time.Time
	Data []byte
}

// Memo is a small value kept under a key until it expires; the answer to an
// idempotent request is one. It is written in the same transaction as the
// records of its append, or not at all.
type Memo struct {
	Key   string
	Value []byte
	// TTL is how long the memo can be read back, at least a second.
	TTL time.Duration
}

// Append is a request to write. Records (and the memo) are written whole or not
// at all. An append may carry a memo and no records.
type Append struct {
	Stream string
	// Expected is the stream's last sequence as the writer knows it; the first
	// record gets Expected+1. The journal counts an accepted append that is not
	// yet committed as written, so a writer may append on without waiting.
	Expected Seq
	// Records are the payloads in order. The journal owns them until Done is called.
	Records [][]byte
	Memo    *Memo
	// Done is called exactly once, from the committer's goroutine, in the order of
	// the stream's appends. It must not block and must not call the journal.
	Done func(Outcome)
}

// Outcome is what became of an append. With Err nil everything is on disk.
type Outcome struct {
	// Last is the stream's sequence after the append.
	Last Seq
	// Position is that of the append's last record in the global order (for an append
	// without records: the head).
	Position Position
	Err      error
}

// Snapshot is the state of a stream's owner as of a sequence, in the owner's own format.
type Snapshot struct {
	Stream string
	// Seq is the last record the state holds. A projection over the global order
	// stores its position here.
	Seq Seq
	// Version is the owner's format version.
	Version uint32
	Data    []byte
}

// Journal keeps records in streams and in one global order. All methods may be
// called from any goroutine.
type Journal interface {
	// Append queues a write and returns at once; Done gets the outcome. The queue is not
	// bounded here: the hub bounds the commands in flight. A large record is written whole
	// or not at all like any other, but over several commits of other streams: later
	// appends of its own stream wait for it.
	Append(Append)
	// Read yields the stream's records with sequences greater than after, in order, as of
	// the call. It verifies checksums and sequences and yields ErrCorrupt last where they
	// do not fit.
	Read(ctx context.Context, stream string, after Seq) iter.Seq2[Record, error]
	// ReadBack yields the stream's records with sequences smaller than before, the
	// newest first; before 0 starts at the end.
	ReadBack(ctx context.Context, stream string, before Seq) iter.Seq2[Record, error]
	// ReadAll yields the records of all streams with positions greater than after, in the
	// global order, up to the head as of the call. Positions of trimmed records are left
	// out. Where records of a stream do not check it yields *Damage last, which says where
	// the reader can go on. What was written a moment ago is served from memory.
	ReadAll(ctx context.Context, after Position) iter.Seq2[Record, error]
	// Last is the sequence of the stream's last committed record, 0 for an unknown stream.
	Last(ctx context.Context, stream string) (Seq, error)
	// Head is the position of the last committed record.
	Head() Position
	// Epoch is the identity of this journal's timeline. It stays as it is while the
	// journal is open and when it is opened again; a restored journal has another.
	Epoch() Epoch
	// EpochAt is the ID of the epoch that the record at a position was written in: that of
	// this journal, of one it was copied from, or "" for a record of a version without
	// epochs. All copies of a record have the same one.
	EpochAt(Position) string
	// Watch calls f after each commit that moved the head, from the committer's goroutine:
	// f must not block and must not call the journal. The returned function ends it.
	Watch(f func(head Position)) (cancel func())
	// Memo reads a memo back; ok is false when there is none or it has expired.
	Memo(ctx context.Context, key string) (value []byte, ok bool, err error)
	// SaveSnapshot stores a snapshot in place of the stream's earlier one, and
	// returns when it is durable. The earlier one stays readable until then.
	SaveSnapshot(ctx context.Context, s Snapshot) error
	// LoadSnapshot reads the newest snapshot; ok is false when there is none. A
	// damaged snapshot is ErrCorrupt: the caller replays from the start instead.
	LoadSnapshot(ctx context.Context, stream string) (s Snapshot, ok bool, err error)
	// Trim deletes the stream's records with sequences up to through and returns when that
	// is durable. Past the stream's last committed record it deletes all of them. The
	// numbering goes on as if they were there: Last, Head and the positions of other
	// records do not change, and Streams still names the stream. Reads leave out what was
	// trimmed; one under way may still yield it. After an error, or a kill, the records
	// may be deleted and their space not yet free: the next Trim of the stream frees it,
	// also one that moves nothing.
	Trim(ctx context.Context, stream string, through Seq) error
	// ReadTable calls f with a view of a table: keys and values beside the streams, which
	// their owner derives from records and can derive again. A table that was never written
	// is empty. Backups leave tables out.
	ReadTable(ctx context.Context, table string, f func(TableView) error) error
	// UpdateTable makes all changes or none, and returns when they are durable. Of two
	// changes of one key the later holds.
	UpdateTable(ctx context.Context, table string, changes []TableEntry) error
	// DropTable removes all keys of a table, some at a time: after an error, or a kill, the
	// smallest keys are gone.
	DropTable(ctx context.Context, table string) error
	// Streams yields the names of all streams with the prefix, ascending, also of those
	// whose records are all trimmed.
	Streams(ctx context.Context, prefix string) iter.Seq2[string, error]
	// Health is nil while appends are accepted, else the reason they are not: also a disk
	// that has neither taken nor refused the oldest append for StalledAfter.
	Health() error
	// Waiting is how long the oldest append without an outcome has been waiting, 0 when
	// none is. It never waits itself, whatever the disk does.
	Waiting() time.Duration
	// Close writes what is queued, then refuses further appends with ErrClosed.
	Close() error
}
