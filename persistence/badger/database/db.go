package database

import (
	"context"
	"errors"
	"io"
	"os"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/preflight"
)

// database is Badger with its folder: the lock on it, and how far it was written. All
// transactions are read with look and written with update.
type DB struct {
	*badgerdb.DB
	lock     io.Closer
	mark     *preflight.Watermark
	failStop *failStop
	logs     *logFiles
	versions versions
	// copied is the folder that is read instead of the journal's own, "" where that is
	// written.
	readOnlyCopy string
	// writing lets one transaction through at a time: none is begun before the fate of the
	// one before it is known.
	writing chan struct{}
}

func newDB(db *badgerdb.DB, mark *preflight.Watermark, o Options) (d *DB, err error) {
	d = &DB{DB: db, mark: mark, writing: make(chan struct{}, 1), failStop: &failStop{sync: o.Sync, log: o.Log}}
	if d.logs, err = openLogFiles(o.Dir, d.failStop, o.SyncFolder); err != nil {
		return nil, err
	}
	d.versions.confirmed = db.MaxVersion()
	db.SetDiscardTs(d.versions.confirmed)
	return d, nil
}

// newDatabaseToRead refuses all writing.
func newReadOnlyDB(db *badgerdb.DB, mark *preflight.Watermark) *DB {
	d := &DB{DB: db, mark: mark, failStop: &failStop{}}
	cause := errReadOnly
	d.failStop.cause.Store(&cause)
	d.versions.confirmed = db.MaxVersion()
	return d
}

// ready is nil while a transaction may be tried.
func (d *DB) Ready() error {
	if err := d.failStop.check(); err != nil {
		return err
	}
	return d.logs.check()
}

// update is one transaction with its sync. An error of f is no fault of the disk. While
// another transaction is under way it waits, no longer than ctx; once it is begun it has
// no end but its own.
func (d *DB) Update(ctx context.Context, f func(*WriteTxn) error) error {
	return d.UpdateThen(ctx, f, func() error { return nil })
}

// updateThen is update with something else that has to be written behind the sync before
// anybody sees the transaction.
func (d *DB) UpdateThen(ctx context.Context, f func(*WriteTxn) error, behind func() error) error {
	select {
	case d.writing <- struct{}{}:
		defer func() { <-d.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := d.failStop.check(); err != nil {
		return err
	}
	if err := d.logs.beforeTxn(); err != nil {
		return err
	}
	version := d.versions.Next()
	txn := d.NewTransactionAt(version-1, true)
	defer txn.Discard()
	c := newWriteTxn(txn)
	if err := f(c); err != nil {
		return err
	}
	if err := d.failStop.commit(func() error { return txn.CommitAt(version, nil) }); err != nil {
		return err
	}
	if err := d.failStop.record(behind()); err != nil {
		return err
	}
	if err := d.failStop.record(d.logs.afterTxn(c.size)); err != nil {
		return err
	}
	d.SetDiscardTs(d.versions.confirm(version))
	return nil
}

// watermarkAtOpen is the position of the last record that the folder is known to have held
// when it was opened.
func (d *DB) WatermarkAtOpen() persistence.Position { return d.mark.Position }

// advanceWatermark says in the folder that the journal is durable up to a position.
func (d *DB) AdvanceWatermark(at persistence.Position) error { return d.mark.Advance(at) }

// close closes Badger and unlocks the folder. No transaction may be open.
func (d *DB) Close() error {
	if d.logs == nil { // opened to be read
		return errors.Join(d.DB.Close(), os.RemoveAll(d.readOnlyCopy), d.lock.Close())
	}
	d.logs.stop()
	return errors.Join(d.DB.Close(), d.logs.Close(), d.mark.Close(), d.lock.Close())
}

// errReadOnly refuses what would write to a folder that was opened for reading only.
var errReadOnly = errors.New("the folder is open for reading only")
