package database

import (
	"errors"
	"fmt"
	"sync/atomic"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"

	"partyline/persistence"
)

// failStop refuses all writes after the first one that the disk did not take, until the
// folder is opened again. Nobody knows what of such a write is on disk: the operating
// system may have thrown its pages away and report the next sync as good, while Badger
// still has the write in memory. What is written after it could be acknowledged and then
// be lost with it. Opening reads the disk, checks that nothing is missing, and has all of
// it written and synced anew.
type failStop struct {
	// cause is the error of the first failed write, nil while none has failed.
	cause atomic.Pointer[error]
	// sync fails writes after their sync, for tests.
	sync func() error
	log  zerolog.Logger
}

// check is nil while no write has failed.
func (s *failStop) check() error {
	cause := s.cause.Load()
	if cause == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", persistence.ErrWriteFailed, *cause)
}

// commit commits a transaction with its sync and records a failure.
func (s *failStop) commit(commit func() error) error {
	err := commit()
	if err == nil && s.sync != nil {
		err = s.sync()
	}
	return s.record(err)
}

// record stops all later writes when err is a failure of the disk, and returns err. Where
// Badger could not begin its next log nothing was written: that is ErrNoFile, and can be
// tried again.
func (s *failStop) record(err error) error {
	if errors.Is(err, badgerdb.ErrNoMemTable) {
		return fmt.Errorf("%w: %w", persistence.ErrNoFile, err)
	}
	if err == nil || errors.Is(err, badgerdb.ErrTxnTooBig) || errors.Is(err, badgerdb.ErrBlockedWrites) || errors.Is(err, badgerdb.ErrDBClosed) {
		return err
	}
	if s.cause.CompareAndSwap(nil, &err) {
		s.log.Error().Err(err).Msg("a write failed: the journal is read-only until the hub is started again")
	}
	return err
}
