package verify

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
)

// Fault is one thing that does not fit. Fields that say nothing about it are zero.
type Fault struct {
	Stream   string
	Seq      persistence.Seq
	Position persistence.Position
	// Reason is for people.
	Reason string
}

// Summary counts what a verification saw.
type Summary struct {
	Head      persistence.Position
	Commits   int
	Chunks    int
	Records   int
	Bytes     int64
	Streams   int
	Memos     int
	Snapshots int
	// TableEntries counts the keys of all tables.
	TableEntries int
	// Trimmed counts the streams of which records were trimmed.
	Trimmed int
	Faults  int
}

// Options are what a verification expects to find, and where it reports faults.
type Options struct {
	// Head is the position of the last record that must be there.
	Head persistence.Position
	// Epoch is the one that the journal was opened with, the zero value where it has none.
	Epoch persistence.Epoch
	// Report gets each fault. It may be nil.
	Report func(Fault)
	// Proceed ends the verification with an error. It is called at each entry.
	Proceed func() error
}

// Run verifies all that the transaction, which is one of db, sees: the tables, the epoch,
// the global order, every stream, every snapshot and memo. The error is
// persistence.ErrCorrupt when there were faults.
func Run(db *database.DB, txn *badgerdb.Txn, o Options) (Summary, error) {
	if o.Report == nil {
		o.Report = func(Fault) {}
	}
	v := &verifier{Options: o, db: db, txn: txn, trimmed: map[string]persistence.Seq{}}
	err := v.run()
	if err == nil && v.summary.Faults > 0 {
		err = fmt.Errorf("%w: %d faults", persistence.ErrCorrupt, v.summary.Faults)
	}
	return v.summary, err
}

// verifier is one verification.
type verifier struct {
	Options
	db      *database.DB
	txn     *badgerdb.Txn
	summary Summary
	// chunksFound counts the chunks found by walking the streams.
	chunksFound int
	// trimmed are the trim marks by stream.
	trimmed map[string]persistence.Seq
}

func (v *verifier) run() error {
	v.verifyTables()
	for _, walk := range []func() error{v.verifyEpoch, v.loadTrimMarks, v.verifyIndex, v.verifyStreams, v.findUnindexed, v.verifySnapshots, v.verifyMemos, v.verifyTableValues} {
		if err := walk(); err != nil {
			return err
		}
	}
	if v.summary.Head < v.Head {
		v.fault(Fault{Position: v.summary.Head + 1, Reason: fmt.Sprintf("the index ends before the head %d", v.Head)})
	}
	return nil
}

// verifyTables has Badger verify its tables as they are now. Where one cannot be unpacked,
// Badger panics.
func (v *verifier) verifyTables() {
	defer func() {
		if p := recover(); p != nil {
			v.fault(Fault{Reason: "a table cannot be unpacked"})
		}
	}()
	if err := v.db.VerifyChecksum(); err != nil {
		v.fault(Fault{Reason: fmt.Sprintf("table: %v", err)})
	}
}

// verifyEpoch wants the epoch that the journal was opened with.
func (v *verifier) verifyEpoch() error {
	e, found, err := database.ReadEpochs(v.txn)
	if err == nil && !found && v.Epoch != (persistence.Epoch{}) {
		err = fmt.Errorf("%w: it is missing", persistence.ErrCorrupt)
	}
	if err == nil && e.Current != v.Epoch {
		err = fmt.Errorf("%w: it is %s, and was %s", persistence.ErrCorrupt, e.Current.ID, v.Epoch.ID)
	}
	if err != nil {
		v.fault(Fault{Reason: fmt.Sprintf("epoch: %v", err)})
	}
	return nil
}

func (v *verifier) fault(f Fault) {
	defer database.MarkCallerPanic()
	v.summary.Faults++
	v.Report(f)
}
