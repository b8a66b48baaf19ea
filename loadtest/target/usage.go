package target

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Usage is what a process has used so far, from /proc (Linux).
type Usage struct {
	// CPU is user and system time, to 10 ms.
	CPU time.Duration
	// RSS is the resident memory now, in bytes.
	RSS int64
	// Mapped is the part of RSS that are pages of files: the program, and what a journal
	// maps of its tables. The system takes them back when it wants the room.
	Mapped int64
}

// tick is the unit of CPU times in /proc/<pid>/stat (USER_HZ, 100 on every Linux).
const tick = time.Second / 100

// Measure reads a process's usage.
func Measure(pid int) (u Usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name in parentheses may hold anything; the fields count from behind it.
	const user, system = 11, 12
	_, rest, ok := bytes.Cut(stat[bytes.LastIndexByte(stat, ')'):], []byte(" "))
	fields := bytes.Fields(rest)
	if !ok || len(fields) <= system {
		return u, errors.New("/proc stat has another layout")
	}
	ticks, err := sum(fields[user], fields[system])
	if err != nil {
		return u, err
	}
	u.CPU = time.Duration(ticks) * tick
	return u, u.measureMemory(pid)
}

func (u *Usage) measureMemory(pid int) error {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return err
	}
	const resident, shared = 1, 2
	fields := bytes.Fields(statm)
	if len(fields) <= shared {
		return errors.New("/proc statm has another layout")
	}
	all, err := sum(fields[resident])
	if err != nil {
		return err
	}
	mapped, err := sum(fields[shared])
	page := int64(os.Getpagesize())
	u.RSS, u.Mapped = all*page, mapped*page
	return err
}

// sum reads numbers and adds them up.
func sum(fields ...[]byte) (total int64, err error) {
	for _, f := range fields {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// Peak is the highest resident memory that a process ever had, in bytes.
func Peak(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := bytes.Cut(status, []byte("\nVmHWM:"))
	fields := bytes.Fields(rest)
	if !ok || len(fields) < 2 || string(fields[1]) != "kB" {
		return 0, errors.New("/proc status has another layout")
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	return kib << 10, err
}
