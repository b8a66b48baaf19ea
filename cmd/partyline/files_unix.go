//go:build unix

package main

import (
	"math"
	"syscall"
)

// makeFilesPrivate has all files that this process makes be its owner's alone: the
// database makes its own as the umask has it.
func makeFilesPrivate() { syscall.Umask(0o077) }

// openFiles is how many files the process may have open. The Go runtime has raised the
// soft limit to the hard one when the process began.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt64
	}
	return uint64(limit.Cur)
}
