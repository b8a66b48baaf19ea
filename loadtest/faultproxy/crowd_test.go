package faultproxy_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/loadtest/crowd"
	"partyline/loadtest/target"
	"partyline/protocol"
)

// watched puts a small crowd on the real server behind a proxy with a fault.
func watched(t *testing.T, f Fault, o crowd.Options) *crowd.Report {
	t.Helper()
	server, err := target.Open(t.Context(), target.Options{Binary: binary(t), Output: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	proxy := Start(server.Addr, f)
	defer proxy.Close()
	o.Addr, o.Key, o.Duration, o.Settle = proxy.Addr, server.AdminKey, 150*time.Millisecond, time.Second
	r, err := crowd.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCrowdFindsNothingWithoutFaults(t *testing.T) {
	t.Parallel()
	for _, mode := range []protocol.Mode{protocol.ModeEvents, protocol.ModeTally} {
		if r := watched(t, Fault{}, crowd.Options{Screens: 4, Rate: 400, Mode: mode}); r.Err() != nil {
			t.Errorf("%v\n%s", r.Err(), strings.Join(r.Findings, "\n"))
		}
	}
}

// Each fault of the proxy must be found by a crowd of screens and voters.
func TestCrowdFindsBrokenContracts(t *testing.T) {
	for name, c := range map[string]struct {
		fault Fault
		mode  protocol.Mode
		words string
	}{
		"loses an event":       {fault: Fault{Lose: 9}, words: "a gap: seq 10 came after 8"},
		"doubles an event":     {fault: Fault{Double: 9}, words: "seq 9 came again"},
		"swaps two events":     {fault: Fault{Swap: 1}, words: "came again, or late"},
		"alters an event":      {fault: Fault{Alter: 9}, words: "was another event before"},
		"swallows a vote":      {fault: Fault{Swallow: 20}, words: "acknowledged and is lost"},
		"records a vote twice": {fault: Fault{Repeat: 20}, words: "the timestamp was"},
		"miscounts":            {fault: Fault{Miscount: true}, words: "REST says"},
		"miscounts tallies":    {fault: Fault{Miscount: true}, mode: protocol.ModeTally, words: "tally of seq"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := watched(t, c.fault, crowd.Options{Screens: 4, Rate: 400, Mode: c.mode})
			if all := strings.Join(r.Findings, "\n"); r.Err() == nil || !strings.Contains(all, c.words) {
				t.Errorf("no finding says %q:\n%s", c.words, all)
			}
		})
	}
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
	if folder, err = os.MkdirTemp("", "partyline-faultproxy-"); err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}
