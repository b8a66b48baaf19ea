package database

import (
	"errors"
	"io"
	"os"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/preflight"
)

// DB is an open Badger database with its folder: the lock on it, and the watermark. It is
// read with View and written with Update.
type DB struct {
	*badgerdb.DB
	lock io.Closer
	// mark is the watermark.
	mark     *preflight.Watermark
	failStop *failStop
	logs     *logFiles
	pages    *pageReleaser
	versions versions
	// readOnlyCopy is the folder that Badger has open instead of the journal's own, ""
	// where that is open for writing.
	readOnlyCopy string
	// writing lets one write transaction through at a time: none begins before the outcome
	// of the one before it is known.
	writing chan struct{}
}

func newDB(db *badgerdb.DB, mark *preflight.Watermark, o Options) (d *DB, err error) {
	d = &DB{DB: db, mark: mark, writing: make(chan struct{}, 1), failStop: &failStop{sync: o.Sync, log: o.Log}}
	if d.logs, err = openLogFiles(o.Dir, d.failStop, o.SyncFolder); err != nil {
		return nil, err
	}
	d.versions.confirmed = db.MaxVersion()
	db.SetDiscardTs(d.versions.confirmed)
	d.pages = startPageReleaser(db, o.Log)
	return d, nil
}

// newReadOnlyDB refuses all writes.
func newReadOnlyDB(db *badgerdb.DB, mark *preflight.Watermark) *DB {
	d := &DB{DB: db, mark: mark, failStop: &failStop{}}
	cause := errReadOnly
	d.failStop.cause.Store(&cause)
	d.versions.confirmed = db.MaxVersion()
	return d
}

// Ready is nil while a write may be tried, else why not: ErrWriteFailed or ErrNoFile.
func (d *DB) Ready() error {
	if err := d.failStop.check(); err != nil {
		return err
	}
	return d.logs.check()
}

// WatermarkAtOpen is the position of the last record that the folder is known to have held
// when it was opened.
func (d *DB) WatermarkAtOpen() persistence.Position { return d.mark.Position }

// AdvanceWatermark records in the folder that the journal is durable up to a position.
func (d *DB) AdvanceWatermark(at persistence.Position) error { return d.mark.Advance(at) }

// Close closes Badger and unlocks the folder. No transaction may be open.
func (d *DB) Close() error {
	if d.logs == nil { // opened to be read
		return errors.Join(d.DB.Close(), os.RemoveAll(d.readOnlyCopy), d.lock.Close())
	}
	d.logs.stop()
	d.pages.close()
	return errors.Join(d.DB.Close(), d.logs.close(), d.mark.Close(), d.lock.Close())
}

// errReadOnly refuses what would write to a folder that was opened for reading only.
var errReadOnly = errors.New("the folder is open for reading only")
