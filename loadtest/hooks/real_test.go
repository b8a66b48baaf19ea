package hooks_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/hooks"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/process"
)

// TestMain is the receiver when the test calls itself as one.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || os.Args[1] != "receive" {
		os.Exit(m.Run())
	}
	var plan receiver.Plan
	f := flag.NewFlagSet("receive", flag.ExitOnError)
	plan.Bind(f)
	_ = f.Parse(os.Args[2:])
	if err := receiver.Serve(context.Background(), plan, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func programs(t *testing.T) hooks.Programs {
	t.Helper()
	server, err := process.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return hooks.Programs{Server: server, Receiver: []string{self, "receive"}, Output: t.Output()}
}

// TestKilledServerDeliversInOrder is the smallest form of the crash test: the real
// program, two kills. The others are loadtest/cmd/hooks crash.
func TestKilledServerDeliversInOrder(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	r, err := hooks.Crash(ctx, hooks.Options{
		Programs: programs(t), Rounds: 2, Webhooks: 10, Batch: 6, MaxLife: 800 * time.Millisecond, Nudge: true, SettleWithin: time.Minute,
		Plan: receiver.Plan{Seed: 1, Illness: 0.02, Poisoned: 1}, Seed: uint64(time.Now().UnixNano()), Progress: func(s string) { t.Log(s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	var report strings.Builder
	if err := r.Write(&report); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + report.String())
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	if r.Kills != 2 || r.Dead != 1 || r.Refused < 5 || r.Accepted < 100 {
		t.Errorf("too little happened: %+v", r)
	}
}

func TestMeasurementsCountEveryDelivery(t *testing.T) {
	f, err := hooks.Bench(t.Context(), hooks.BenchOptions{Programs: programs(t), Rounds: 1, One: 50, Fifty: 4, Idle: 4, Half: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Err(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		scene hooks.Scene
		want  int
	}{"one": {f.One, 50}, "fifty": {f.Fifty, 200}, "idle": {f.Idle, 4}, "healthy": {f.Healthy, 80}, "hanging": {f.Hanging, 40}} {
		got := c.scene.Runs[0]
		if got.Deliveries != c.want || int(got.Latency.Count) != c.want || c.scene.Rate != got.Rate || c.scene.Rate <= 0 || c.scene.P50 <= 0 {
			t.Errorf("%s: %+v, want %d deliveries", name, c.scene, c.want)
		}
	}
}
