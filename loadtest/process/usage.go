package process

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
	const user, system, resident = 11, 12, 21
	_, rest, ok := bytes.Cut(stat[bytes.LastIndexByte(stat, ')'):], []byte(" "))
	fields := bytes.Fields(rest)
	if !ok || len(fields) <= resident {
		return u, errors.New("/proc stat has another layout")
	}
	var n [3]int64
	for i, f := range []int{user, system, resident} {
		if n[i], err = strconv.ParseInt(string(fields[f]), 10, 64); err != nil {
			return u, err
		}
	}
	return Usage{CPU: time.Duration(n[0]+n[1]) * tick, RSS: n[2] * int64(os.Getpagesize())}, nil
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
