package crash_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/crash"
)

// TestKilledServerLosesNothing is the short form of the crash test: the real
// program, three kills. The long form is loadtest/cmd/crash.
func TestKilledServerLosesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var output bytes.Buffer
	o, err := crash.Real(ctx, crash.Options{Rounds: 3, MaxLife: 600 * time.Millisecond, Seed: uint64(time.Now().UnixNano()),
		Progress: func(sentence string) { t.Log(sentence) }}, "", t.TempDir(), &output)
	if err != nil {
		t.Fatal(err)
	}
	r, err := crash.Run(ctx, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, output.String())
	}
	if err := r.Err(); err != nil {
		t.Errorf("%v\n%s\n%s", err, strings.Join(r.Findings, "\n"), output.String())
	}
	var report strings.Builder
	if err := r.Write(&report); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + report.String())
}
