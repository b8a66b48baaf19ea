package faults

import (
	"fmt"
	"syscall"
)

// mount mounts a disk in memory of so many bytes.
func mount(folder string, bytes int64) error {
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		return fmt.Errorf("mount a tmpfs, which root may: %w", err)
	}
	return nil
}

// unmount unmounts it, also when something of it is open.
func unmount(folder string) error { return syscall.Unmount(folder, syscall.MNT_DETACH) }

// freeze stops a process as a laptop's lid or a busy host does; thaw continues it.
func freeze(pid int) error { return syscall.Kill(pid, syscall.SIGSTOP) }

func thaw(pid int) error { return syscall.Kill(pid, syscall.SIGCONT) }

// room is how many bytes are free on the disk of the folder.
func room(folder string) (int64, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(folder, &s)
	return int64(s.Bavail) * s.Bsize, err
}
