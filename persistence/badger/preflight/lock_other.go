//go:build !(linux || darwin || freebsd)

package preflight

import (
	"io"
	"os"
)

// OwnsLock: on this system Badger locks the folder itself.
const OwnsLock = false

// CanOpenReadOnly: on this system Badger may refuse to open a folder for reading only.
const CanOpenReadOnly = false

// LockFolder only opens the folder: on this system Badger locks it.
func LockFolder(dir string, _ bool) (io.Closer, error) { return os.Open(dir) }
