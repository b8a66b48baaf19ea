package badger

import "golang.org/x/sys/unix"

// releasePages releases the pages of a shared file mapping. An error changes nothing.
func releasePages(mapped []byte) {
	if len(mapped) > 0 {
		_ = unix.Madvise(mapped, unix.MADV_DONTNEED)
	}
}
