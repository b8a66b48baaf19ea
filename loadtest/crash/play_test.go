package crash_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/crash"
	"partyline/loadtest/fake"
	"partyline/loadtest/process"
	"partyline/protocol"
)

// play has a scene happen to a fake server.
func play(t *testing.T, f fake.Fault, c crash.Companion, scene func(context.Context, *crash.Stage, *fake.Server) error) (*crash.Report, error) {
	t.Helper()
	addr, err := process.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	host := fake.New(addr, f)
	return crash.Play(t.Context(), crash.Options{Host: host, Addr: addr, Key: fake.Key, Rate: 1000, PollSeconds: 1, Seed: 7, Grace: 500 * time.Millisecond, Companion: c},
		func(ctx context.Context, s *crash.Stage) error { return scene(ctx, s, host) })
}

// restart ends the host once and has it judged.
func restart(ctx context.Context, s *crash.Stage, host *fake.Server) error {
	s.Flows(ctx, 50, 5*time.Second)
	if err := host.Kill(); err != nil {
		return err
	}
	_, err := s.Restart(ctx)
	return err
}

func TestASceneIsJudged(t *testing.T) {
	t.Parallel()
	for words, f := range map[string]fake.Fault{"": {}, "lost": {Swallow: 40}} {
		r, err := play(t, f, nil, restart)
		if err != nil {
			t.Fatal(err)
		}
		if all := strings.Join(r.Findings, "\n"); (r.Err() != nil) != (words != "") || !strings.Contains(all, words) {
			t.Errorf("with %+v: %v", f, r.Findings)
		}
	}
}

func TestASceneThatFailsEndsTheRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, err := play(t, fake.Fault{}, nil, func(context.Context, *crash.Stage, *fake.Server) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

func TestVotesThatDoNotFlowAreAFinding(t *testing.T) {
	t.Parallel()
	r, err := play(t, fake.Fault{}, nil, func(ctx context.Context, s *crash.Stage, _ *fake.Server) error {
		s.Flows(ctx, 1_000_000, 50*time.Millisecond)
		return nil
	})
	if err != nil || r.Count != 1 || !strings.Contains(r.Findings[0], "of 1000000 votes") {
		t.Errorf("%+v, %v", r, err)
	}
}

// diary is a companion that writes down what it is told.
type diary struct {
	words []string
	find  string
}

func (d *diary) Started(time.Time) { d.words = append(d.words, "started") }
func (d *diary) Ready(time.Time)   { d.words = append(d.words, "ready") }
func (d *diary) Ended(time.Time)   { d.words = append(d.words, "ended") }

func (d *diary) Begin(_ context.Context, _ *api.Client, sessions []protocol.SessionID) error {
	d.words = append(d.words, "begun")
	if len(sessions) != 2 {
		return errors.New("not two sessions")
	}
	return nil
}

func (d *diary) Finish(context.Context, *api.Client) (crash.Account, error) {
	d.words = append(d.words, "finished")
	a := crash.Account{Summary: "all seen"}
	if d.find != "" {
		a.Findings = []string{d.find}
	}
	return a, nil
}

func TestACompanionHearsOfEveryLife(t *testing.T) {
	t.Parallel()
	d := &diary{find: "a webhook is missing"}
	r, err := play(t, fake.Fault{}, d, restart)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.words, " "); got != "started ready begun ended started ready finished" {
		t.Errorf("it was told: %s", got)
	}
	if r.Beside != "all seen" || r.Err() == nil || r.Findings[0] != d.find {
		t.Errorf("%+v", r)
	}
}
