//go:build !(linux || darwin || freebsd)

package badger

import (
	"io"
	"os"
)

// ownLock: on this system Badger locks the folder itself.
const ownLock = false

// lockFolder holds nothing but the folder's handle.
func lockFolder(dir string) (io.Closer, error) { return os.Open(dir) }
