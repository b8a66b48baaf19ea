package database

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
	"partyline/persistence/badger/preflight"
)

// Sizes of the database. Together they keep an idle server at some 12 MiB; the
// defaults of Badger are made for machines that do nothing else.
const (
	memTableBytes  = 8 << 20
	baseTableBytes = 2 << 20
	indexBytes     = 4 << 20
	// valueLogFileBytes is the least Badger allows, for a value log that stays empty.
	valueLogFileBytes = 1 << 20
	compactorCount    = 2
)

// Options configure a database. Dir is required.
type Options struct {
	// Dir is the folder of the database.
	Dir string
	// Sync fails writes after their sync, as a failing disk does, for tests. It may be nil.
	Sync func() error
	// SyncFolder makes durable which files are in the folder, for tests. Nil asks the
	// operating system.
	SyncFolder func(folder *os.File) error
	Log        zerolog.Logger
}

// Open locks the folder, making it when it is missing, checks that it is whole, and opens
// it. It fails with preflight.ErrLocked or persistence.ErrCorrupt.
func Open(o Options) (*DB, error) {
	if o.SyncFolder == nil {
		o.SyncFolder = syncFolder
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := preflight.LockFolder(o.Dir, true)
	if err != nil {
		return nil, err
	}
	db, err := openLocked(o)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	db.lock = lock
	return db, nil
}

func openLocked(o Options) (*DB, error) {
	if err := preflight.RemoveEmptyLogs(o.Dir); err != nil {
		return nil, err
	}
	if err := preflight.RestrictPermissions(o.Dir, o.Log); err != nil {
		return nil, err
	}
	mark, err := preflight.OpenWatermark(o.Dir)
	if err != nil {
		return nil, err
	}
	db, err := openChecked(o, mark)
	if err != nil {
		return nil, errors.Join(err, mark.Close())
	}
	return db, nil
}

// openChecked checks all tables and logs before Badger opens them.
func openChecked(o Options, mark *preflight.Watermark) (*DB, error) {
	dbo := badgerOptions(o.Dir, o.Log)
	head, err := preflight.CheckTables(o.Dir, dbo)
	if err != nil {
		return nil, err
	}
	// The check unpacked all there is; an idle server must not keep that memory.
	debug.FreeOSMemory()
	if _, err := preflight.CheckLogs(o.Dir, head, mark.Position, true); err != nil {
		return nil, err
	}
	raw, err := badgerdb.OpenManaged(dbo)
	if err != nil {
		return nil, toCorrupt(err)
	}
	db, err := newDB(raw, mark, o)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return db, nil
}

// OpenReadOnly opens a database without changing anything in its folder, and locks it
// against writers. Badger gets a folder of its own, which Close removes: see
// preflight.CopyForReading.
func OpenReadOnly(o Options) (*DB, error) {
	lock, err := preflight.LockFolder(o.Dir, false)
	if err != nil {
		return nil, err
	}
	copied, err := os.MkdirTemp("", "partyline-reading-*")
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	db, err := openReadOnlyCopy(o, copied)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(copied), lock.Close())
	}
	db.lock, db.readOnlyCopy = lock, copied
	return db, nil
}

// openReadOnlyCopy makes the checks of openChecked, copies what Badger would change into
// the folder copied, and opens that.
func openReadOnlyCopy(o Options, copied string) (*DB, error) {
	mark, err := preflight.ReadWatermark(o.Dir)
	if err != nil {
		return nil, err
	}
	dbo := badgerOptions(copied, o.Log).WithReadOnly(true)
	head, err := preflight.CheckTables(o.Dir, dbo)
	if err != nil {
		return nil, err
	}
	logs, err := preflight.CheckLogs(o.Dir, head, mark.Position, false)
	if err != nil {
		return nil, err
	}
	if err := preflight.CopyForReading(copied, o.Dir, logs); err != nil {
		return nil, err
	}
	raw, err := badgerdb.OpenManaged(dbo)
	if err != nil {
		return nil, toCorrupt(err)
	}
	return newReadOnlyDB(raw, mark), nil
}

// OpenUnsynced opens a new, empty folder to be filled by one writer. Nothing is durable
// before it is closed, and nothing is checked.
func OpenUnsynced(dir string, log zerolog.Logger) (*badgerdb.DB, error) {
	return badgerdb.Open(badgerOptions(dir, log).WithSyncWrites(false))
}

// toCorrupt recognises damage in the files that say how the others are encrypted: nothing
// is encrypted. An error of Badger may have kept only its text.
func toCorrupt(err error) error {
	for _, e := range []error{badgerdb.ErrInvalidDataKeyID, badgerdb.ErrEncryptionKeyMismatch} {
		if strings.Contains(err.Error(), e.Error()) {
			return fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
		}
	}
	return err
}

func badgerOptions(dir string, log zerolog.Logger) badgerdb.Options {
	return badgerdb.DefaultOptions(dir).
		WithLogger(logger{log}).
		WithBypassLockGuard(preflight.OwnsLock).
		WithSyncWrites(true).
		WithMemTableSize(memTableBytes).
		WithNumMemtables(2).
		WithBaseTableSize(baseTableBytes).
		// Blocks are read where they are mapped: they are not packed, so a cache would hold
		// nothing but where they begin, and warn every minute that it is too small.
		WithBlockCacheSize(0).
		WithIndexCacheSize(indexBytes).
		WithValueThreshold(layout.MaxValueBytes).
		WithValueLogFileSize(valueLogFileBytes).
		WithNumVersionsToKeep(1).
		WithNumCompactors(compactorCount).
		WithDetectConflicts(false).
		WithMetricsEnabled(false).
		// The chunks come compressed.
		WithCompression(options.None).
		// checkTables has verified them all.
		WithChecksumVerificationMode(options.NoVerification)
}
