package badger

import (
	"context"
	"errors"
	"io"
	"os"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// database is Badger with its folder: the lock on it, and how far it was written. All
// transactions are read with look and written with update.
type database struct {
	*badgerdb.DB
	lock     io.Closer
	mark     *watermark
	latch    *latch
	logs     *logs
	versions versions
	// copied is the folder that is read instead of the journal's own, "" where that is
	// written.
	copied string
	// writing lets one transaction through at a time: none is begun before the fate of the
	// one before it is known.
	writing chan struct{}
}

func newDatabase(db *badgerdb.DB, mark *watermark, o Options) (d *database, err error) {
	d = &database{DB: db, mark: mark, writing: make(chan struct{}, 1), latch: &latch{sync: o.Sync, log: o.Log}}
	if d.logs, err = openLogs(o.Dir, d.latch, o.SyncFolder); err != nil {
		return nil, err
	}
	d.versions.confirmed = db.MaxVersion()
	db.SetDiscardTs(d.versions.confirmed)
	return d, nil
}

// newDatabaseToRead refuses all writing.
func newDatabaseToRead(db *badgerdb.DB, mark *watermark) *database {
	d := &database{DB: db, mark: mark, latch: &latch{}}
	cause := errReading
	d.latch.cause.Store(&cause)
	d.versions.confirmed = db.MaxVersion()
	return d
}

// ready is nil while a transaction may be tried.
func (d *database) ready() error {
	if err := d.latch.check(); err != nil {
		return err
	}
	return d.logs.ready()
}

// update is one transaction with its sync. An error of f is no fault of the disk. While
// another transaction is under way it waits, no longer than ctx; once it is begun it has
// no end but its own.
func (d *database) update(ctx context.Context, f func(*change) error) error {
	return d.updateThen(ctx, f, func() error { return nil })
}

// updateThen is update with something else that has to be written behind the sync before
// anybody sees the transaction.
func (d *database) updateThen(ctx context.Context, f func(*change) error, behind func() error) error {
	select {
	case d.writing <- struct{}{}:
		defer func() { <-d.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := d.latch.check(); err != nil {
		return err
	}
	if err := d.logs.begin(); err != nil {
		return err
	}
	version := d.versions.next()
	txn := d.NewTransactionAt(version-1, true)
	defer txn.Discard()
	c := newChange(txn)
	if err := f(c); err != nil {
		return err
	}
	if err := d.latch.write(func() error { return txn.CommitAt(version, nil) }); err != nil {
		return err
	}
	if err := d.latch.heed(behind()); err != nil {
		return err
	}
	if err := d.latch.heed(d.logs.end(c.size)); err != nil {
		return err
	}
	d.SetDiscardTs(d.versions.confirm(version))
	return nil
}

func (d *database) close() error {
	if d.logs == nil { // opened to be read
		return errors.Join(d.DB.Close(), os.RemoveAll(d.copied), d.lock.Close())
	}
	d.logs.finish()
	return errors.Join(d.DB.Close(), d.logs.close(), d.mark.close(), d.lock.Close())
}
