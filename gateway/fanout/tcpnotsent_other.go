//go:build !linux

package fanout

import "syscall"

// limitUnsent does nothing: stalls show when the socket's whole buffer is full.
func limitUnsent(syscall.RawConn, int) {}
