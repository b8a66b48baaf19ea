package memory

import (
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/persistence/committer"
)

var _ persistence.Journal = (*Journal)(nil)

// batchBytes bounds one commit as the transaction of the disk does.
const batchBytes = 1 << 20

// Options of a journal in memory; the zero value is complete.
type Options struct {
	// Epoch is the journal's epoch, perhaps one adopted or restored; a new one when it is zero.
	Epoch persistence.Epoch
	// Lineage are the epochs before it.
	Lineage  persistence.Lineage
	Faults   committer.Faults
	Observer committer.Observer
	Log      zerolog.Logger
}

// Journal keeps streams, memos and snapshots in memory. It implements
// persistence.Journal.
type Journal struct {
	committer *committer.Committer
	controls  controls
	epoch     persistence.Epoch
	lineage   persistence.Lineage

	mu        sync.RWMutex
	closed    bool
	time      time.Time
	records   []persistence.Record
	streams   map[string][]persistence.Position
	memos     map[string]memo
	snapshots map[string]persistence.Snapshot
	tables    map[string]table
	trimmed   map[string]persistence.Seq
	damaged   map[persistence.Position]bool
}

// New makes an empty journal and starts its committer. Close ends it.
func New(o Options) *Journal {
	j := &Journal{
		streams:   map[string][]persistence.Position{},
		memos:     map[string]memo{},
		snapshots: map[string]persistence.Snapshot{},
		tables:    map[string]table{},
		trimmed:   map[string]persistence.Seq{},
		damaged:   map[persistence.Position]bool{},
		epoch:     o.Epoch,
		lineage:   o.Lineage,
	}
	if j.epoch == (persistence.Epoch{}) {
		j.epoch = persistence.NewEpoch()
	}
	j.controls.before = o.Faults.BeforeCommit
	o.Faults.BeforeCommit = j.controls.beforeCommit
	c, err := committer.New(committer.Options{
		Store: (*store)(j), MaxBytes: batchBytes, Observer: o.Observer, Faults: o.Faults, Log: o.Log,
	})
	if err != nil {
		panic("memory: " + err.Error()) // The store of an empty journal cannot fail.
	}
	j.committer = c
	return j
}

// Append queues a write; see persistence.Journal.
func (j *Journal) Append(a persistence.Append) { j.committer.Append(a) }

// Head is the position of the last committed record.
func (j *Journal) Head() persistence.Position { return j.committer.Head() }

// Epoch is that of the options, else a random one.
func (j *Journal) Epoch() persistence.Epoch { return j.epoch }

// EpochAt is the ID of the epoch that the record at a position was written in.
func (j *Journal) EpochAt(p persistence.Position) string {
	if id, ok := j.lineage.At(p); ok {
		return id
	}
	if j.epoch.Adopted && p <= j.epoch.AdoptedAt {
		return ""
	}
	return j.epoch.ID
}

// Watch calls f after each commit that moved the head, until cancel is called.
func (j *Journal) Watch(f func(persistence.Position)) (cancel func()) {
	return j.committer.Watch(f)
}

// Health is nil while appends are accepted, else the reason they are not.
func (j *Journal) Health() error { return j.committer.Health() }

// Waiting is how long the oldest append without an outcome has been waiting, 0 when none
// is.
func (j *Journal) Waiting() time.Duration { return j.committer.Waiting() }

// Close releases a held gate, writes what is queued, and from then on refuses
// appends and reads with ErrClosed. It may be called again.
func (j *Journal) Close() error {
	j.controls.release()
	j.committer.Close()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	return nil
}
