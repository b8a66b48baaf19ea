package badger

import (
	"context"
	"fmt"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
	"partyline/persistence/committer"
)

var _ persistence.Journal = (*Journal)(nil)

// Journal is a journal on disk. It implements persistence.Journal. Close it.
type Journal struct {
	dir       string
	db        *guardedDB
	committer *committer.Committer
	tail      *tail
	heads     *streamHeads
	trimmer   *trimmer
	snapshots *snapshotStore
	epochs    layout.Epochs
}

// Append queues a write; see persistence.Journal.
func (j *Journal) Append(a persistence.Append) { j.committer.Append(a) }

// Head is the position of the last committed record.
func (j *Journal) Head() persistence.Position { return j.committer.Head() }

// Epoch is the identity of this folder's timeline.
func (j *Journal) Epoch() persistence.Epoch { return j.epochs.Current }

// EpochAt is the ID of the epoch that the record at a position was written in, "" for
// records of a version without epochs.
func (j *Journal) EpochAt(p persistence.Position) string { return j.epochs.At(p) }

// Watch calls f after each commit that moved the head, until cancel is called. A
// commit under way while cancel is called may still call f.
func (j *Journal) Watch(f func(persistence.Position)) (cancel func()) {
	return j.committer.Watch(f)
}

// Health is nil while appends are accepted. It is ErrClosed after Close, and
// ErrUnavailable while the disk is too full or takes no new file, while it does not answer,
// while the last commit failed less than ten seconds ago, and, once the disk did not take a
// write, until the folder is opened again.
func (j *Journal) Health() error { return j.committer.Health() }

// Waiting is how long the oldest append without an outcome has been waiting, 0 when none
// is.
func (j *Journal) Waiting() time.Duration { return j.committer.Waiting() }

// Last is the sequence of the stream's last committed record, 0 for an unknown stream.
func (j *Journal) Last(ctx context.Context, stream string) (last persistence.Seq, err error) {
	end := j.heads.of(stream)
	err = j.db.view(ctx, func(txn *badgerdb.Txn) error {
		if last, err = database.LastSeq(txn, stream); err != nil {
			return err
		}
		return database.CheckHead(last, end)
	})
	if err != nil {
		return 0, fmt.Errorf("last %s: %w", stream, err)
	}
	return last, nil
}

// Close writes what is queued, then refuses appends and reads with ErrClosed. Reads
// under way end at their next step, and Close waits for them. It may be called again.
func (j *Journal) Close() error {
	j.committer.Close()
	if !j.db.usage.close() {
		return nil
	}
	if err := j.db.raw.Close(); err != nil {
		return fmt.Errorf("close journal %s: %w", j.dir, err)
	}
	return nil
}
