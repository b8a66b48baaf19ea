package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	// k6Stops is how long k6 may take to end after it was interrupted.
	k6Stops = 20 * time.Second
	// thresholdsFailed is the exit code of k6 that says so; any other but 0 means that
	// the script did not run as it should.
	thresholdsFailed = 99
)

// load is what k6 says and what it has used.
type load struct {
	Summary
	exit int
	cpu  time.Duration
}

// run runs the script and reads its summary. A threshold that failed is no error here.
func (s *setup) run(ctx context.Context, o *Options) (load, error) {
	script := filepath.Join(o.Scripts, o.Scenario.Script())
	cmd := exec.CommandContext(ctx, o.K6, "run", "--quiet", "--no-color", "--address", "", "--log-format", "raw", script)
	// Nothing of the caller's: no settings of k6 from home, no word to anybody outside.
	cmd.Env = []string{"HOME=" + s.server.Folder, "STAGE=" + s.inputFile(), "K6_NO_USAGE_REPORT=true", "K6_AUTO_EXTENSION_RESOLUTION=false"}
	cmd.Stdout, cmd.Stderr = o.Output, o.Output
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = k6Stops
	err := cmd.Run()
	if err := ctx.Err(); err != nil {
		return load{}, err
	}
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == thresholdsFailed) {
		return load{}, fmt.Errorf("k6 %s: %w", script, err)
	}
	l := load{exit: cmd.ProcessState.ExitCode(), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	text, err := os.ReadFile(s.input.Summary)
	if err != nil {
		return l, fmt.Errorf("the script left no summary: %w", err)
	}
	l.Summary, err = ReadSummary(text)
	return l, err
}
