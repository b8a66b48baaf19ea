//go:build unix

package database

import "os"

// syncFolder makes durable which files are in the folder.
func syncFolder(folder *os.File) error { return folder.Sync() }
