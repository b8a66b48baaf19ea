package crash_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/receiver"
	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
)

// TestKilledServerLosesNothing is the short form of the crash test: the real
// program, three kills. The long form is `go run ./loadtest/cmd crash`.
func TestKilledServerLosesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var output bytes.Buffer
	server, err := target.New(ctx, target.Options{Binary: binary(t), Folder: t.TempDir(), Output: &output})
	if err != nil {
		t.Fatal(err)
	}
	r, err := crash.Run(ctx, crash.Options{Server: server, Rounds: 3, MaxLife: 600 * time.Millisecond, Program: said(t)})
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

// TestKilledServerDeliversWebhooksInOrder has endpoints that fail at random, a message that
// one of them refuses for ever, and two kills.
func TestKilledServerDeliversWebhooksInOrder(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	server, err := target.New(ctx, target.Options{Binary: binary(t), Folder: t.TempDir(), Output: t.Output(), Flags: target.LoopbackWebhooks})
	if err != nil {
		t.Fatal(err)
	}
	check, err := webhooks.Start(webhooks.Options{Webhooks: 10, Plan: receiver.Plan{Seed: 1, FailureRate: 0.02, Refusing: 1}, RetryAtEnd: true, SettleWithin: time.Minute, Progress: said(t).Progress})
	if err != nil {
		t.Fatal(err)
	}
	r, err := crash.Run(ctx, crash.Options{Server: server, Webhooks: check, Rounds: 2, Writers: 2, Rate: 30, MinLife: 300 * time.Millisecond, MaxLife: 900 * time.Millisecond, Program: said(t)})
	if err := errors.Join(err, check.Close()); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	if w := r.Webhooks; r.Rounds != 2 || w.Dead != 1 || w.Refused < 5 || w.Accepted < 100 {
		t.Errorf("too little happened: %+v", w)
	}
}

// said logs what a run says.
func said(t *testing.T) target.Program {
	return target.Program{Output: t.Output(), Progress: func(sentence string) { t.Log(sentence) }}
}

// binary is the real program, built once.
func binary(t *testing.T) string {
	t.Helper()
	b, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var folder string

var built = sync.OnceValues(func() (string, error) { return target.Build(context.Background(), folder) })

func TestMain(m *testing.M) {
	code := 1
	var err error
	if folder, err = os.MkdirTemp("", "partyline-crash-"); err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}
