package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"partyline/loadtest/process"
	"partyline/loadtest/scenario"
)

func TestArgumentsAreRead(t *testing.T) {
	s, err := parse(strings.Fields("votes -long -rate 7 screens -threshold vote_ms:p(95)<5 -seconds 3 -out x"), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	o := s.options
	if len(s.scenarios) != 2 || s.scenarios[1].Name != "screens" || !o.Long || o.Rate != 7 || o.Seconds != 3 || o.Screens != 0 || s.out != "x" {
		t.Errorf("read as %+v", s)
	}
	if !slices.Equal(o.Thresholds, []scenario.Threshold{{Metric: "vote_ms", Expression: "p(95)<5"}}) {
		t.Errorf("thresholds %v", o.Thresholds)
	}
	if s, err := parse([]string{"all"}, &bytes.Buffer{}); err != nil || len(s.scenarios) != len(scenario.Scenarios()) {
		t.Errorf("all is %+v, %v", s, err)
	}
}

func TestWhatNobodyCanPlayIsRefused(t *testing.T) {
	for args, words := range map[string]string{
		"":                      "votes-ws",
		"dance":                 "no scenario",
		"votes -nonsense":       "-nonsense",
		"votes -threshold vote": "METRIC:EXPRESSION",
		"votes -threshold":      "needs an argument",
		"-rate fast votes":      "invalid value",
	} {
		var said bytes.Buffer
		_, err := parse(strings.Fields(args), &said)
		if err == nil || !strings.Contains(err.Error()+said.String(), words) {
			t.Errorf("%q: %v %s, want %s", args, err, said.String(), words)
		}
	}
}

// k6 is a program that leaves a summary in which one threshold failed, and the exit
// code that k6 has for it.
const k6 = `#!/bin/sh
summary=$(sed -n 's/^ *"summary": "\(.*\)".*/\1/p' "$STAGE")
cat >"$summary" <<'END'
{"duration_ms": 5, "metrics": {"vote_ms": {"type": "trend", "values": {"p(95)": 7}, "thresholds": {"p(95)<5": {"ok": OK}}}}}
END
exit CODE
`

func TestReportsArePrintedAndKept(t *testing.T) {
	folder := t.TempDir()
	server, err := process.Build(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	for ok, code := range map[string]string{"true": "0", "false": "99"} {
		program := filepath.Join(folder, "k6-"+ok)
		text := strings.NewReplacer("OK", ok, "CODE", code).Replace(k6)
		if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		var stderr crowded
		err := run(t.Context(), []string{"votes", "votes-ws", "-binary", server, "-k6", program, "-out", folder}, nil, &stdout, &stderr)
		if (err == nil) != (ok == "true") {
			t.Errorf("threshold kept: %s, error is %v\n%s%s", ok, err, stdout.String(), stderr.String())
		}
		if err != nil && !(strings.Contains(err.Error(), "votes: threshold vote_ms p(95)<5") && strings.Contains(err.Error(), "votes-ws: threshold")) {
			t.Errorf("error is %v", err)
		}
		if !strings.Contains(stdout.String(), "votes-ws, short form") {
			t.Errorf("printed\n%s", stdout.String())
		}
		checkReport(t, filepath.Join(folder, "votes-ws.json"), ok == "true")
	}
}

// crowded is a buffer that the runner and the server that it has started write to at once.
type crowded struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (c *crowded) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(b)
}

func (c *crowded) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.String()
}

func checkReport(t *testing.T, path string, kept bool) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r scenario.Report
	if err := json.Unmarshal(b, &r); err != nil || r.Scenario != "votes-ws" || len(r.K6.Thresholds) != 1 || r.K6.Thresholds[0].OK != kept {
		t.Errorf("%v\n%s", err, b)
	}
}
