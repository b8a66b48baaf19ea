package badger

import (
	"context"
	"errors"
	"fmt"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
	"partyline/persistence/committer"
)

// Open opens the journal in a folder, making the folder when it is missing. The work does
// not grow with the number of records, but for one pass over the tables to verify their
// checksums, one over the trim marks, one step for each stream, one pass for each stream
// that was trimmed, and one over the keys of large records' parts.
//
// It fails with ErrLocked when another process has the folder open, with *NewerError when
// a newer version has written to it, and with ErrCorrupt when a table or a log is damaged,
// records are missing that were there, or the folder holds something else.
func Open(o Options) (*Journal, error) {
	o = o.withDefaults()
	j, err := open(o)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", o.Dir, err)
	}
	return j, nil
}

func open(o Options) (*Journal, error) {
	db, err := database.Open(o.database())
	if err != nil {
		return nil, err
	}
	if err := checkFormat(db, &o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	j, err := newJournal(o, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := checkWatermark(j.Head(), db.WatermarkAtOpen()); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	if j.epochs, err = upgrade(db, &o, j.Head()); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	// Only now: what a damaged log lacks is not unreferenced.
	if err := deleteUnreferencedParts(db); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// newJournal reads what is kept in memory, and starts the committer.
func newJournal(o Options, db *database.DB) (*Journal, error) {
	marks, err := loadTrimMarks(db)
	if err != nil {
		return nil, err
	}
	heads, err := loadStreamHeads(db)
	if err != nil {
		return nil, err
	}
	guarded := &guardedDB{raw: db, usage: newUsage(), diskSpace: database.NewDiskSpace(o.Dir, o.ReserveBytes, o.Free)}
	j := &Journal{
		dir:       o.Dir,
		db:        guarded,
		tail:      &tail{limit: o.TailBytes},
		heads:     heads,
		snapshots: &snapshotStore{db: guarded, log: o.Log, saving: make(chan struct{}, 1)},
	}
	j.trimmer = &trimmer{db: guarded, marks: marks, last: j.Last, deleted: o.OnTrimmed, running: make(chan struct{}, 1)}
	j.committer, err = committer.New(committer.Options{
		Store: &store{db: db, diskSpace: guarded.diskSpace, tail: j.tail, heads: heads},
		// A tenth is left for what a batch does not count: Badger's own keys.
		MaxBytes: int(db.MaxBatchSize() / 10 * 9),
		Observer: o.Observer,
		Faults:   o.Faults,
		Log:      o.Log,
	})
	return j, err
}

// checkWatermark wants Badger to have read as much as the logs hold; what it has read was
// synced with them.
func checkWatermark(head, watermark persistence.Position) error {
	if head < watermark {
		return fmt.Errorf("%w: records %d to %d are missing", persistence.ErrCorrupt, head+1, watermark)
	}
	return nil
}

// deleteUnreferencedParts removes the parts of large records that no chunk names. It must
// come before the first append: a part that is written ahead of its commit is not named yet.
func deleteUnreferencedParts(db *database.DB) error {
	return database.DeleteParts([]byte(layout.RecordPartPrefix), database.Unreferenced, db.View,
		func(f func(*database.WriteTxn) error) error { return db.Update(context.Background(), f) })
}
