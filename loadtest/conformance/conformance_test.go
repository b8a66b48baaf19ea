//go:build peers

// Package conformance holds the WebSocket against clients that others wrote: the ws
// of Node and the Autobahn of Python. They speak to the real program in echo-like
// exchanges (a request's id comes back) and do what the everyday client never does:
// messages in many fragments, characters cut in two, control frames in between,
// every kind of close, and frames that RFC 6455 forbids.
//
// It also puts Debian's nginx in front of the program, with the configuration that
// docs/operations.md shows.
//
// It needs Node, npm and Debian's python3-autobahn and nginx-light, so it is built with the tag peers
// alone; `go run ./cmd/dev peers` runs it. It must not know how the server is built.
package conformance_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/target"
	"partyline/protocol/client"
)

const (
	// within bounds one client's whole run, its installation too.
	within = 2 * time.Minute
)

// cases is what every client does; a client that leaves one out fails the test.
var cases = []string{
	"one frame", "two fragments", "a byte a fragment", "an empty fragment first and last", "a character cut in two",
	"a ping between fragments", "a pong nobody asked for", "ping with 125 bytes", "64 KiB is taken", "no compression",
	"close 1000 is answered", "close without a code is answered", "close 4999 is answered",
	"over 64 KiB closes 1009", "not UTF-8 closes 1007", "binary closes 1003",
	"reserved bit closes 1002", "reserved opcode closes 1002", "unmasked ends it", "long ping closes 1002",
	"fragmented ping closes 1002", "continuation of nothing closes 1002", "text within a text closes 1002", "close 1005 closes 1002",
}

func TestNodesClient(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("ws")); err != nil {
		t.Fatal(err)
	}
	command(t, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	judge(t, dir, "node", "main.mjs")
}

// Debian's Python is named, because Debian's package is for no other.
func TestPythonsClient(t *testing.T) {
	judge(t, "autobahn", "/usr/bin/python3", "-B", "main.py")
}

// judge starts a server, runs a client on it and reads its verdicts.
func judge(t *testing.T, dir string, program ...string) {
	t.Helper()
	addr, token := serverWith(t)
	out := command(t, dir, append(program, "ws://"+addr+client.WebSocketPath, token)...)
	verdicts := map[string]string{}
	for line := range strings.Lines(out) {
		name, verdict, _ := strings.Cut(strings.TrimSpace(line), ": ")
		verdicts[name] = verdict
	}
	for _, name := range cases {
		if verdicts[name] != "ok" {
			t.Errorf("%s: %q", name, verdicts[name])
		}
		delete(verdicts, name)
	}
	for name, verdict := range verdicts {
		t.Errorf("a case that nobody knows: %s: %s", name, verdict)
	}
}

// serverWith runs the real program with further flags until the test ends, and gives
// where it serves and an admin's token.
func serverWith(t *testing.T, flags ...string) (addr, token string) {
	t.Helper()
	var log bytes.Buffer
	s, err := target.Open(t.Context(), target.Options{Folder: t.TempDir(), Output: &log, Flags: flags})
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	t.Cleanup(func() {
		if err := s.Stop(20 * time.Second); err != nil {
			t.Error("the server's end:", err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	admin, err := s.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	return s.Addr, admin.Token()
}

func command(t *testing.T, dir string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s\n%s", args[:2], err, out, stderr.String())
	}
	return string(out)
}
