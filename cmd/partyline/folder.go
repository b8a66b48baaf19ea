package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// syncFolder has the names in a folder outlive a crash of the machine: a renamed file
// is only there for good when its folder is on disk, too.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there; the file system keeps names by itself
	}
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
