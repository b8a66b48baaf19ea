package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// systemdUnit reads the settings of the systemd unit in docs/operations.md, by name.
func systemdUnit(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```ini\n(\\[Unit\\].*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("docs/operations.md shows no systemd unit")
	}
	settings := map[string]string{}
	for line := range strings.Lines(string(block[1])) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			settings[name] = value
		}
	}
	return settings
}

// status runs the program as a process of its own and returns its exit status.
func status(t *testing.T, args ...string) string {
	t.Helper()
	err := invoke(t, args...).Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return strings.TrimPrefix(exit.String(), "exit status ")
	}
	t.Fatalf("%v: %v", args, err)
	return ""
}

// crash ends a server as the Go runtime does after a panic without recover, and returns its
// exit status. SIGQUIT causes that from outside.
func crash(t *testing.T) string {
	t.Helper()
	cmd := invoke(t, "--addr", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "night"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // nothing to kill when it went well
	if _, err := io.ReadFull(out, make([]byte, len("Partyline"))); err != nil {
		t.Fatal("the server does not greet: ", err)
	}
	if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	if !ok {
		t.Fatal("a crash ends with status 0")
	}
	return strings.TrimPrefix(exit.String(), "exit status ")
}

// The Go runtime exits with 2 when it crashes. If a supervisor took 2 for invalid settings, a
// hub would stay down that a restart brings back.
func TestSystemdRestartsAfterCrashesOnly(t *testing.T) {
	settings, dir := systemdUnit(t), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	free := []string{"--addr", "127.0.0.1:0", "--data"}
	final := strings.Fields(settings["RestartPreventExitStatus"])
	if settings["Restart"] != "on-failure" {
		t.Errorf("Restart=%s", settings["Restart"])
	}
	for name, c := range map[string]struct {
		status  func() string
		want    string
		restart bool
	}{
		"crash":                {func() string { return crash(t) }, "2", true},
		"unknown flag":         {func() string { return status(t, "--bogus") }, "64", false},
		"unknown command":      {func() string { return status(t, "dance") }, "64", false},
		"bad value":            {func() string { return status(t, "--log-level", "loud") }, "64", false},
		"no such certificate":  {func() string { return status(t, "--tls-cert", file+"1", "--tls-key", file) }, "78", false},
		"empty certificate":    {func() string { return status(t, "--tls-cert", file, "--tls-key", file) }, "78", false},
		"folder below a file":  {func() string { return status(t, append(free, filepath.Join(file, "night"))...) }, "78", false},
		"key file without key": {func() string { return status(t, append(free, emptyKey(t))...) }, "78", false},
		"address of others":    {func() string { return status(t, "--addr", "203.0.113.1:0", "--data", filepath.Join(dir, "n")) }, "1", true},
		"no such folder":       {func() string { return status(t, "verify", filepath.Join(dir, "nowhere")) }, "1", true},
	} {
		got := c.status()
		if got != c.want || slices.Contains(final, got) == c.restart {
			t.Errorf("%s: ends with %s, want %s, to be restarted: %v; RestartPreventExitStatus=%v", name, got, c.want, c.restart, final)
		}
	}
}

// emptyKey is a data folder whose key file is empty.
func emptyKey(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, adminKeyFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// invoke runs a command line as a process of its own, see TestMain. Its standard error is
// kept, so that it can be read beside a status.
func invoke(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "partyline", args...)
	cmd.Dir, cmd.Stderr = t.TempDir(), new(bytes.Buffer)
	return cmd
}
