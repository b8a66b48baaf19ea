package target_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/loadtest/target"
)

// program starts a shell script that stands for the server and waits for its first word.
func program(t *testing.T, script string) *target.Server {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	spoke := make(chan struct{})
	s, err := target.New(t.Context(), target.Options{Binary: path, Output: &firstWrite{spoke: spoke}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	<-spoke
	return s
}

// firstWrite closes a channel at the first write.
type firstWrite struct {
	once  sync.Once
	spoke chan struct{}
}

func (e *firstWrite) Write(b []byte) (int, error) {
	e.once.Do(func() { close(e.spoke) })
	return len(b), nil
}

func TestStopWantsExitCodeZero(t *testing.T) {
	const wait = "; echo up >&2; while :; do sleep 0.02; done"
	for script, words := range map[string]string{
		"trap 'exit 0' TERM" + wait: "",
		"trap 'exit 3' TERM" + wait: "exit status 3",
		"trap '' TERM" + wait:       "does not end",
	} {
		err := program(t, script).Stop(time.Second)
		if (err == nil) != (words == "") || (err != nil && !strings.Contains(err.Error(), words)) {
			t.Errorf("%s: %v", script, err)
		}
	}
}

func TestKillReportsAServerThatHadCrashed(t *testing.T) {
	s := program(t, "echo up >&2; while :; do sleep 0.02; done")
	if err := s.Kill(); err != nil || s.Pid() != 0 {
		t.Errorf("kill: %v, pid %d", err, s.Pid())
	}
	s = program(t, "echo up >&2; kill -6 $$")
	for err := error(nil); err == nil; _, err = target.Measure(s.Pid()) {
		runtime.Gosched()
	}
	if err := s.Kill(); err == nil || !strings.Contains(err.Error(), "by itself") || !strings.HasSuffix(err.Error(), "up\n") {
		t.Errorf("kill after a crash: %v", err)
	}
}

func TestMeasureOfThisProcess(t *testing.T) {
	before, err := target.Measure(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	after := before
	for end := time.Now().Add(20 * time.Second); err == nil && after.CPU-before.CPU < 20*time.Millisecond && time.Now().Before(end); {
		after, err = target.Measure(os.Getpid())
	}
	if used := after.CPU - before.CPU; err != nil || used < 20*time.Millisecond || used > 10*time.Second {
		t.Errorf("used %v, %v", used, err)
	}
	if after.Mapped <= 0 || after.RSS < after.Mapped+1<<20 || after.Peak < after.RSS {
		t.Errorf("RSS %d, mapped %d, at most %d, %v", after.RSS, after.Mapped, after.Peak, err)
	}
}

func TestFreeAddrCanBeListenedOn(t *testing.T) {
	addr, err := target.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}
