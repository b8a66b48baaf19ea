package faultproxy_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

// options are of a short run on the real server, behind a proxy with a fault.
func options(t *testing.T, f Fault) crash.Options {
	t.Helper()
	server, err := target.New(t.Context(), target.Options{Binary: binary(t), Folder: t.TempDir(), Output: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	proxy := Start(server.Addr, f)
	t.Cleanup(func() {
		_ = server.Close()
		proxy.Close()
	})
	return crash.Options{Server: server, Addr: proxy.Addr, Rounds: 3, Rate: 600, PollRate: 200, Seed: 7, Grace: 700 * time.Millisecond,
		MinLife: 100 * time.Millisecond, MaxLife: 300 * time.Millisecond}
}

func run(t *testing.T, f Fault) *crash.Report {
	t.Helper()
	r, err := crash.Run(t.Context(), options(t, f))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVotesSentAgainCountOnce(t *testing.T) {
	t.Parallel()
	r := run(t, Fault{Mute: 10})
	if err := r.Err(); err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(r.Findings, "\n"))
	}
	if r.SentAgain == 0 || r.Votes.Found == 0 {
		t.Errorf("%d votes were sent again, %d were found that nobody had answered", r.SentAgain, r.Votes.Found)
	}
}

// Each fault is what a server could do wrong.
func TestCrashTestFindsBrokenContracts(t *testing.T) {
	for name, c := range map[string]struct {
		fault Fault
		words string
	}{
		"records a vote twice":      {Fault{Repeat: 20}, "the timestamp was"},
		"forgets keys":              {Fault{Mute: 10, Amnesia: true}, ": 409 "},
		"swallows a vote":           {Fault{Swallow: 20}, "is lost"},
		"loses an event":            {Fault{Lose: 8}, "a gap"},
		"doubles an event":          {Fault{Double: 8}, "came again"},
		"swaps two events":          {Fault{Swap: 1}, "came again, or late"},
		"lists one vote less":       {Fault{Unlist: true}, "votes.list has vote"},
		"counts wrong":              {Fault{Miscount: true}, "REST says"},
		"swallows a vote in a poll": {Fault{SwallowPolls: 4}, "were acknowledged"},
		"has the loser win":         {Fault{WrongWinner: true}, "was won by"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, c.fault)
			if all := strings.Join(r.Findings, "\n"); r.Err() == nil || !strings.Contains(all, c.words) {
				t.Errorf("no finding says %q:\n%s", c.words, all)
			}
		})
	}
}

// TestCrashTestFindsLostData puts an older copy of the data in place of those that were
// acknowledged.
func TestCrashTestFindsLostData(t *testing.T) {
	t.Parallel()
	o := options(t, Fault{})
	copied := t.TempDir()
	r, err := crash.Play(t.Context(), o, func(ctx context.Context, l *crash.Load) error {
		for i := range 2 {
			l.AwaitVotes(ctx, 50, 10*time.Second)
			if err := o.Server.Kill(); err != nil {
				return err
			}
			from, to := o.Server.Data, copied
			if i > 0 {
				from, to = copied, o.Server.Data
			}
			if err := errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(from))); err != nil {
				return err
			}
			if _, err := l.Restart(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	all := ""
	if r != nil {
		all = strings.Join(r.Findings, "\n")
	}
	if !strings.Contains(all, "is lost") && !strings.Contains(all, "nobody saw") && !strings.Contains(all, "came after seq") {
		t.Errorf("no finding says that votes are lost: %v\n%s", err, all)
	}
}

func TestAFailureWhileTheLoadRunsEndsTheRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, err := crash.Play(t.Context(), options(t, Fault{}), func(context.Context, *crash.Load) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

func TestVotesThatAreNotAcknowledgedAreAFinding(t *testing.T) {
	t.Parallel()
	r, err := crash.Play(t.Context(), options(t, Fault{}), func(ctx context.Context, l *crash.Load) error {
		l.AwaitVotes(ctx, 1_000_000, 300*time.Millisecond)
		return report.Wait(ctx, 300*time.Millisecond)
	})
	if err != nil || r.FindingCount != 1 || !strings.Contains(r.Findings[0], "of 1000000 votes") {
		t.Errorf("%+v, %v", r, err)
	}
}
