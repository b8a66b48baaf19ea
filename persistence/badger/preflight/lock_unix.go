//go:build linux || darwin || freebsd

package preflight

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// OwnsLock: the folder is locked here, before anything in it is read, and not by Badger.
const OwnsLock = true

// CanOpenReadOnly: Badger can open a folder for reading only.
const CanOpenReadOnly = true

// LockFolder locks the folder for this process until the lock is closed, with the same
// lock that Badger's tools take. A lock that is not exclusive lets other readers in. It
// fails with ErrLocked.
func LockFolder(dir string, exclusive bool) (io.Closer, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(ErrLocked, f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock: %w", err), f.Close())
	}
	return f, nil
}
