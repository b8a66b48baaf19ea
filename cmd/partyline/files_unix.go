//go:build unix

package main

import (
	"math"
	"syscall"
)

// makeFilesPrivate makes all new files of this process readable by its owner only: the
// database creates its files with the umask's permissions.
func makeFilesPrivate() { syscall.Umask(0o077) }

// maxOpenFiles is how many files the process may open. The Go runtime has raised the soft
// limit to the hard one when the process began.
func maxOpenFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt64
	}
	return uint64(limit.Cur)
}
