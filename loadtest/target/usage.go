package target

import (
	"strings"
	"time"

	"github.com/prometheus/procfs"
)

// Usage is what a process has used so far, from /proc (Linux). Sizes are in bytes.
type Usage struct {
	// CPU is user and system time, to 10 ms.
	CPU time.Duration
	// RSS is the resident memory now, Peak the highest that it ever was.
	RSS, Peak int64
	// Mapped is the part of RSS that are pages of files: the program, and what a journal
	// maps of its tables. The system takes them back when it wants the room.
	Mapped int64
}

// Measure reads a process's usage.
func Measure(pid int) (u Usage, err error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return u, err
	}
	stat, err := p.Stat()
	if err != nil {
		return u, err
	}
	status, err := p.NewStatus()
	return Usage{
		CPU: time.Duration(stat.CPUTime() * float64(time.Second)), RSS: int64(status.VmRSS), Peak: int64(status.VmHWM),
		Mapped: int64(status.RssFile + status.RssShmem),
	}, err
}

// Sockets counts those that a process has open.
func Sockets(pid int) (n int, err error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return 0, err
	}
	files, err := p.FileDescriptorTargets()
	for _, name := range files {
		if strings.HasPrefix(name, "socket:") {
			n++
		}
	}
	return n, err
}
