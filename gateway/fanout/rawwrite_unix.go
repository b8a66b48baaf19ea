//go:build unix

package fanout

import "syscall"

// canWriteRaw is true: a system call writes to the descriptor without blocking.
const canWriteRaw = true

// writeRaw is one write(2). It returns 0 and no error when the socket is full.
func writeRaw(fd uintptr, b []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), b)
		switch err {
		case nil:
			return n, nil
		case syscall.EINTR:
		case syscall.EAGAIN:
			return 0, nil
		default:
			return 0, err
		}
	}
}

// readRaw is one read(2). It returns 0 or less when there is nothing to read, at the end and
// for errors.
func readRaw(fd uintptr, b []byte) int {
	n, _ := syscall.Read(int(fd), b)
	return n
}
