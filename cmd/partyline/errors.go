package main

import (
	"errors"
	"fmt"
	"io/fs"
	"partyline/persistence"
	"partyline/persistence/badger"
	"syscall"
)

// Exit statuses tell a supervisor which failures to retry. 2 is not used: the Go runtime exits
// with it when the program crashes, which is what has to be restarted. The numbers that must
// not be restarted are those of sysexits.h.
const (
	// exitFailed: the work failed; another try may succeed.
	exitFailed = 1
	// exitUsage: the command line or settings cannot be understood (EX_USAGE).
	exitUsage = 64
	// exitConfig: a setting was understood and names something unusable (EX_CONFIG).
	exitConfig = 78
)

// configError is an error that remains until the configuration is changed: a certificate file
// that is not one, a folder that this user may not write.
type configError struct {
	cause error
}

func (e *configError) Error() string { return e.cause.Error() }
func (e *configError) Unwrap() error { return e.cause }

// exitStatus is the exit status for err.
func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*configError](err); ok {
		return exitConfig
	}
	return exitFailed
}

// explainError turns the usual reasons why a hub does not start into sentences that an
// operator can act on; it returns other errors as they are.
func explainError(err error, c *Config) error {
	if newer := newerError(c.Data, err); newer != nil {
		return newer
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("another program listens on %s: end it or choose another address with --addr", c.Addr)
	case errors.Is(err, badger.ErrLocked):
		return lockedError(c.Data)
	case errors.Is(err, persistence.ErrCorrupt):
		return fmt.Errorf("the journal in %s is damaged: run partyline verify %s (%w)", c.Data, shellQuoted(c.Data), err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EROFS):
		return &configError{err}
	}
	return err
}

func lockedError(data string) error {
	return fmt.Errorf("another Partyline is using %s: end it or choose another folder with --data", data)
}
