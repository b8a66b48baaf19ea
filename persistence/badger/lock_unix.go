//go:build linux || darwin || freebsd

package badger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// ownLock: the folder is locked here, before anything in it is read, and not by Badger.
const ownLock = true

// lockFolder holds the folder for this process until the lock is closed, with the
// same lock that Badger's tools take.
func lockFolder(dir string) (io.Closer, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(ErrLocked, f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock: %w", err), f.Close())
	}
	return f, nil
}
