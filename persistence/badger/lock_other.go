//go:build !(linux || darwin || freebsd)

package badger

import (
	"io"
	"os"
)

// ownLock: on this system Badger locks the folder itself.
const ownLock = false

// canRead: on this system Badger may refuse to open a folder for reading only.
const canRead = false

// lockFolder holds nothing but the folder's handle.
func lockFolder(dir string, _ bool) (io.Closer, error) { return os.Open(dir) }
