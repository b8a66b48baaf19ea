//go:build !unix

package database

import "os"

// syncFolder has nothing to do where folders cannot be synced.
func syncFolder(*os.File) error { return nil }
