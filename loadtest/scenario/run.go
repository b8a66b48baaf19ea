package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"partyline/loadtest/target"
	"partyline/protocol"
)

// Run runs one scenario against a server of its own. The error is for a run that could not go on;
// failed thresholds and findings are in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	o.Say("%s: %s", o.Scenario.Name, o.Scenario.Summary)
	s, err := open(ctx, &o)
	if err != nil {
		return nil, err
	}
	r, err := s.play(ctx, &o)
	return r, errors.Join(err, s.close())
}

// reading is the server at one moment.
type reading struct {
	usage   target.Usage
	at      time.Time
	metrics target.Metrics
	// votes is the count of /api/stats.
	votes int64
}

func (s *setup) read(ctx context.Context) (r reading, err error) {
	var stats protocol.Stats
	if err := s.client.Call(ctx, "GET", "/api/stats", nil, &stats); err != nil {
		return r, err
	}
	r.votes = stats.TotalVotes.Count
	if r.metrics, err = target.ReadMetrics(ctx, s.client); err != nil {
		return r, err
	}
	r.usage, err = target.Measure(s.server.Pid())
	r.at = time.Now()
	return r, err
}

// play runs k6, waits for what is still under way, and reports.
func (s *setup) play(ctx context.Context, o *Options) (*Report, error) {
	before, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	end := s.sample(ctx)
	k6, err := s.run(ctx, o)
	samples := end()
	if err != nil {
		return nil, err
	}
	if _, err := s.webhooks.Settle(ctx, s.client); err != nil {
		return nil, err
	}
	after, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	r := newReport(o, k6, before, after, samples)
	if r.Webhooks, err = s.webhooks.Judge(ctx, s.client); err != nil {
		return nil, err
	}
	s.audit(ctx, o, r)
	return r, ctx.Err()
}

const (
	// k6Stops is how long k6 may take to end after it was interrupted.
	k6Stops = 20 * time.Second
	// thresholdsFailed is k6's exit code for failed thresholds; any other but 0 means that the
	// script did not run as it should.
	thresholdsFailed = 99
)

// run runs the script and reads its summary. A failed threshold is no error here.
func (s *setup) run(ctx context.Context, o *Options) (k K6, err error) {
	script := filepath.Join(o.Scripts, o.Scenario.Script())
	cmd := exec.CommandContext(ctx, o.K6, "run", "--quiet", "--no-color", "--address", "", "--log-format", "raw", script)
	// No settings of the caller's k6 from home, and nothing is reported to anybody.
	cmd.Env = []string{"HOME=" + s.server.Folder, "STAGE=" + s.inputFile(), "K6_NO_USAGE_REPORT=true", "K6_AUTO_EXTENSION_RESOLUTION=false"}
	cmd.Stdout, cmd.Stderr = o.Output, o.Output
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = k6Stops
	err = cmd.Run()
	if err := ctx.Err(); err != nil {
		return k, err
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !(ok && exit.ExitCode() == thresholdsFailed) {
		return k, fmt.Errorf("k6 %s: %w", script, err)
	}
	text, err := os.ReadFile(s.input.Summary)
	if err != nil {
		return k, fmt.Errorf("the script left no summary: %w", err)
	}
	k, err = ReadSummary(text)
	k.Exit, k.CPU = cmd.ProcessState.ExitCode(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return k, err
}
