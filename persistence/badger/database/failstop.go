package database

import (
	"errors"
	"fmt"
	"sync/atomic"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"

	"partyline/persistence"
)

// latch closes at the first write that the disk did not take, and stays closed until the
// folder is opened again. Of such a write nobody knows what is on disk: the operating
// system may have thrown its pages away and report the next sync as good, while Badger
// still has the write in memory. What is written behind it could be acknowledged and
// then be lost with it. Opening reads the disk, checks that nothing is missing, and has
// all of it written and synced anew.
type failStop struct {
	cause atomic.Pointer[error]
	// sync fails writes behind their sync, for tests.
	sync func() error
	log  zerolog.Logger
}

// check is nil while no write has failed.
func (l *failStop) check() error {
	cause := l.cause.Load()
	if cause == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", persistence.ErrWriteFailed, *cause)
}

// write has the disk take a commit with its sync.
func (l *failStop) commit(commit func() error) error {
	err := commit()
	if err == nil && l.sync != nil {
		err = l.sync()
	}
	return l.record(err)
}

// heed closes the latch over an error of the disk, and returns it. Where Badger could not
// begin its next log nothing was written: that is ErrNoFile, and can be tried again.
func (l *failStop) record(err error) error {
	if errors.Is(err, badgerdb.ErrNoMemTable) {
		return fmt.Errorf("%w: %w", persistence.ErrNoFile, err)
	}
	if err == nil || errors.Is(err, badgerdb.ErrTxnTooBig) || errors.Is(err, badgerdb.ErrBlockedWrites) || errors.Is(err, badgerdb.ErrDBClosed) {
		return err
	}
	if l.cause.CompareAndSwap(nil, &err) {
		l.log.Error().Err(err).Msg("a write failed: the journal is read-only until the hub is started again")
	}
	return err
}
