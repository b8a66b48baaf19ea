package badger

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// ErrLocked: another process has the folder open.
var ErrLocked = errors.New("another Partyline is using this folder")

// Sizes of the database. Together they keep an idle server at some 12 MiB; the
// defaults of Badger are made for machines that do nothing else.
const (
	memTableBytes  = 8 << 20
	baseTableBytes = 2 << 20
	indexBytes     = 4 << 20
	// valueThreshold is the most Badger allows and above the largest value there is:
	// a chunk of one append. Nothing reaches the value log.
	valueThreshold = 1 << 20
	// valueLogBytes is the least Badger allows, for a log that stays empty.
	valueLogBytes = 1 << 20
	compactors    = 2
)

// Open opens the journal in a folder, making it when it is missing. The work does
// not grow with the number of records, but for one pass over the tables to verify
// their checksums, one over the trim marks, one step for each stream, one pass for each stream that was trimmed, and
// one over the keys of large records' parts.
//
// It fails with ErrLocked when another process has the folder open, with *NewerError when
// a newer version has written to it, and with ErrCorrupt when a table or a log is damaged, records are missing that were there, or
// the folder holds something else.
func Open(o Options) (*Journal, error) {
	o = o.withDefaults()
	j, err := open(o)
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w", o.Dir, err)
	}
	return j, nil
}

func open(o Options) (*Journal, error) {
	db, err := openDatabase(o)
	if err != nil {
		return nil, err
	}
	j, err := newJournal(o, db)
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	if err := j.reached(); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	if err := j.upgrade(&o); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	// Only now: what a damaged log lacks is not loose.
	if err := j.removeLoosePieces(); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// newJournal reads what is kept in memory, and starts the committer.
func newJournal(o Options, db *database) (*Journal, error) {
	marks, err := loadMarks(db)
	if err != nil {
		return nil, err
	}
	ends, err := loadEnds(db)
	if err != nil {
		return nil, err
	}
	j := &Journal{
		dir:      o.Dir,
		db:       db,
		tail:     &tail{limit: o.TailBytes},
		guard:    &guard{dir: o.Dir, reserve: o.ReserveBytes, free: o.Free},
		gate:     newGate(),
		log:      o.Log,
		saving:   make(chan struct{}, 1),
		trimming: make(chan struct{}, 1),
		marks:    marks,
		ends:     ends,
	}
	j.committer, err = committer.New(committer.Options{
		Store: &store{db: db, guard: j.guard, tail: j.tail, ends: ends},
		// A tenth is left for what a batch does not count: Badger's own keys.
		MaxBytes: int(db.MaxBatchSize() / 10 * 9),
		Observer: o.Observer,
		Faults:   o.Faults,
		Log:      o.Log,
	})
	return j, err
}

// reached makes sure that Badger has read as much as the logs hold. What it has read
// was synced with them.
func (j *Journal) reached() error {
	head := j.Head()
	if head < j.db.mark.at {
		return fmt.Errorf("%w: records %d to %d are missing", persistence.ErrCorrupt, head+1, j.db.mark.at)
	}
	return nil
}

// openDatabase locks the folder, makes sure that it is whole and ours, and opens it.
func openDatabase(o Options) (*database, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockFolder(o.Dir, true)
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

func openLocked(o Options) (*database, error) {
	if err := removeRemains(o.Dir); err != nil {
		return nil, err
	}
	if err := makePrivate(o.Dir, o.Log); err != nil {
		return nil, err
	}
	mark, err := openWatermark(o.Dir)
	if err != nil {
		return nil, err
	}
	db, err := openMarked(o, mark)
	if err != nil {
		return nil, errors.Join(err, mark.close())
	}
	return db, nil
}

// openMarked looks at everything before Badger touches it.
func openMarked(o Options, mark *watermark) (*database, error) {
	dbo := databaseOptions(o)
	head, err := checkTables(o.Dir, dbo)
	if err != nil {
		return nil, err
	}
	// The check unpacked all there is; an idle server must not keep that memory.
	debug.FreeOSMemory()
	if _, err := checkLogs(o.Dir, head, mark.at, true); err != nil {
		return nil, err
	}
	raw, err := badgerdb.OpenManaged(dbo)
	if err != nil {
		return nil, orCorrupt(err)
	}
	db, err := newDatabase(raw, mark, o)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	if err := checkFormat(db, &o); err != nil {
		return nil, errors.Join(err, raw.Close(), db.logs.close())
	}
	return db, nil
}

// orCorrupt recognises damage in files that say how the others are encrypted: nothing is.
// On its way out of Badger an error may be left with its words only.
func orCorrupt(err error) error {
	for _, e := range []error{badgerdb.ErrInvalidDataKeyID, badgerdb.ErrEncryptionKeyMismatch} {
		if strings.Contains(err.Error(), e.Error()) {
			return fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
		}
	}
	return err
}

func databaseOptions(o Options) badgerdb.Options {
	return badgerdb.DefaultOptions(o.Dir).
		WithLogger(logger{o.Log}).
		WithBypassLockGuard(ownLock).
		WithSyncWrites(true).
		WithMemTableSize(memTableBytes).
		WithNumMemtables(2).
		WithBaseTableSize(baseTableBytes).
		// Blocks are read where they are mapped: they are not packed, so a cache would hold
		// nothing but where they begin, and warn every minute that it is too small.
		WithBlockCacheSize(0).
		WithIndexCacheSize(indexBytes).
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(valueLogBytes).
		WithNumVersionsToKeep(1).
		WithNumCompactors(compactors).
		WithDetectConflicts(false).
		WithMetricsEnabled(false).
		// The chunks come packed.
		WithCompression(options.None).
		// checkTables has verified them all.
		WithChecksumVerificationMode(options.NoVerification)
}
