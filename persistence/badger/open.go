package badger

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

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
	cacheBytes     = 4 << 20
	// valueThreshold is the most Badger allows and above the largest value there is:
	// a chunk of one append. Nothing reaches the value log.
	valueThreshold = 1 << 20
	// valueLogBytes is the least Badger allows, for a log that stays empty.
	valueLogBytes = 1 << 20
	compactors    = 2
)

// Open opens the journal in a folder, making it when it is missing. The work does
// not grow with the number of records, but for one pass over the tables' checksums.
//
// It fails with ErrLocked when another process has the folder open, and with
// ErrCorrupt when a table is damaged or the folder holds something else.
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
	j := &Journal{
		dir:    o.Dir,
		db:     db,
		tail:   &tail{limit: o.TailBytes},
		guard:  &guard{dir: o.Dir, reserve: o.ReserveBytes, free: o.Free},
		gate:   newGate(),
		log:    o.Log,
		saving: make(chan struct{}, 1),
	}
	j.committer, err = committer.New(committer.Options{
		Store: &store{db: db, guard: j.guard, tail: j.tail},
		// A tenth is left for what a batch does not count: Badger's own keys.
		MaxBytes: int(db.MaxBatchSize() / 10 * 9),
		Observer: o.Observer,
		Faults:   o.Faults,
		Log:      o.Log,
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return j, nil
}

// openDatabase opens Badger and makes sure that it is whole and ours.
func openDatabase(o Options) (*badgerdb.DB, error) {
	log := &logger{log: o.Log}
	db, err := badgerdb.Open(databaseOptions(o.Dir, log))
	if err != nil {
		return nil, explain(err)
	}
	if name := log.damaged(); name != "" {
		return nil, errors.Join(fmt.Errorf("%w: table %s: checksum", persistence.ErrCorrupt, name), db.Close())
	}
	if err := checkFormat(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func databaseOptions(dir string, log *logger) badgerdb.Options {
	return badgerdb.DefaultOptions(dir).
		WithLogger(log).
		WithSyncWrites(true).
		WithMemTableSize(memTableBytes).
		WithNumMemtables(2).
		WithBaseTableSize(baseTableBytes).
		WithBlockCacheSize(cacheBytes).
		WithIndexCacheSize(cacheBytes).
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(valueLogBytes).
		WithNumVersionsToKeep(1).
		WithNumCompactors(compactors).
		WithDetectConflicts(false).
		WithMetricsEnabled(false).
		WithCompression(options.Snappy).
		WithChecksumVerificationMode(options.OnTableRead)
}

// explain gives Badger's errors the names that callers test for.
func explain(err error) error {
	if errors.Is(err, syscall.EWOULDBLOCK) || strings.Contains(err.Error(), "Cannot acquire directory lock") {
		return ErrLocked
	}
	if strings.Contains(strings.ToLower(err.Error()), "checksum") {
		return fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
	}
	return err
}
