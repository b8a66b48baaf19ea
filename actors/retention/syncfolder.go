package retention

import (
	"errors"
	"os"
	"runtime"
)

// syncFolder makes the names in a folder survive a crash of the machine.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there; the file system keeps names by itself
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
