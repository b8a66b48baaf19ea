//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFiles is how many files the process may have open. The Go runtime has raised the
// soft limit to the hard one when the process began.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return math.MaxInt64
	}
	return uint64(limit.Cur)
}
