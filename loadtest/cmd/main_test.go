package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"partyline/loadtest/crowd"
	"partyline/loadtest/scenario"
	"partyline/loadtest/target"
)

func TestReportIsPrintedAndWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	var stdout bytes.Buffer
	var stderr shared
	err := run(t.Context(), strings.Fields("crowd --start --screens 2 --rate 100 --duration 100ms --json "+file), &stdout, &stderr)
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

func TestErrorsFailTheCommand(t *testing.T) {
	var stdout bytes.Buffer
	var stderr shared
	if err := run(t.Context(), []string{"faults", "drained", "--binary", filepath.Join(t.TempDir(), "none")}, &stdout, &stderr); err == nil {
		t.Error("a program that is not there is tested")
	}
}

func TestInvalidArgumentsAreRefused(t *testing.T) {
	for args, words := range map[string]string{
		"":                                    "expected one of",
		"crowd --nonsense":                    "--nonsense",
		"crowd stray":                         "stray",
		"crowd --transport pigeon --addr x:1": "pigeon",
		"crash --rounds many":                 "rounds",
		"faults flood":                        "unknown fault",
		"scenario":                            "scenario",
		"scenario dance":                      "no scenario",
		"scenario votes --threshold vote":     "METRIC:EXPRESSION",
		"attack --only tickling":              "tickling",
	} {
		var said bytes.Buffer
		err := run(t.Context(), append(strings.Fields(args), binaryFlag(args)...), &said, &said)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %s", args, err, words)
		}
	}
}

// binaryFlag keeps a command from building a server that it will not need.
func binaryFlag(args string) []string {
	if strings.HasPrefix(args, "faults") || strings.HasPrefix(args, "attack") {
		return []string{"--binary", "none"}
	}
	return nil
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

func TestScenariosAreReportedEach(t *testing.T) {
	folder := t.TempDir()
	server, err := target.Build(t.Context(), folder)
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
		var stderr shared
		err := run(t.Context(), []string{"scenario", "--binary", server, "votes", "votes-ws", "--k6", program, "--out", folder}, &stdout, &stderr)
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

// shared is a buffer that the runner and the server that it has started write to at once.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (c *shared) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(b)
}

func (c *shared) String() string {
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
