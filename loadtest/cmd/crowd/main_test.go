package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"partyline/loadtest/crowd"
	"partyline/loadtest/fake"
	"partyline/loadtest/process"
)

// serve starts a fake server and returns its address.
func serve(t *testing.T, f fake.Fault) string {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	s := fake.New(addr, f)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	return addr
}

func TestReportIsPrintedAndWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"--addr", serve(t, fake.Fault{}), "--key", fake.Key, "--screens", "2", "--rate", "100",
		"--duration", "100ms", "--json", file}, nil, &stdout, &stderr)
	if err != nil || !strings.Contains(stdout.String(), "oracle         0 findings") {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r crowd.Report
	if err := json.Unmarshal(b, &r); err != nil || r.Votes.Acknowledged != 10 || r.Screens != 2 {
		t.Errorf("%v\n%s", err, b)
	}
}

func TestFindingsFailTheRun(t *testing.T) {
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"--addr", serve(t, fake.Fault{Swallow: 3}), "--key", fake.Key, "--screens", "1",
		"--duration", "50ms", "--settle", "100ms"}, nil, &stdout, &stderr)
	if err == nil || !strings.Contains(stdout.String(), "FINDING") {
		t.Errorf("%v\n%s", err, stdout.String())
	}
}

func TestUnknownArgumentsAreRefused(t *testing.T) {
	for _, args := range [][]string{{"--nonsense"}, {"stray"}, {"--transport", "pigeon"}} {
		if err := run(t.Context(), args, nil, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
			t.Errorf("%v passes", args)
		}
	}
}
