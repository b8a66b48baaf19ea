package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// explained is what an operator can act on: one sentence for each of the usual
// reasons that a hub does not start, and the cause itself for all others.
func explained(err error, c *Config) error {
	if newer := newerError(c.Data, err); newer != nil {
		return newer
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("another program listens on %s: end it or choose another address with --addr", c.Addr)
	case errors.Is(err, badger.ErrLocked):
		return lockedError(c.Data)
	case errors.Is(err, persistence.ErrCorrupt):
		return fmt.Errorf("the journal in %s is damaged: see partyline verify %s (%w)", c.Data, quoted(c.Data), err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EROFS):
		return &configError{err}
	}
	return err
}

func lockedError(data string) error {
	return fmt.Errorf("another Partyline is using %s: end it or choose another folder with --data", data)
}
