//go:build linux || darwin || freebsd

package database

import "syscall"

// FreeBytes is what an ordinary user may still write to the disk of the folder.
func FreeBytes(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(max(s.Bavail, 0)) * uint64(s.Bsize), nil
}
