//go:build unix

package badger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// poorDir and poorIn tell the test binary to be a process that has too little of something.
const (
	limitedDir = "JOURNAL_POOR_DIR"
	limitedBy  = "JOURNAL_POOR_IN"
)

// fileLimits are ways to keep a process from making files. Each returns how to end it.
var fileLimits = map[string]func(dir string) (end func() error, err error){
	"file descriptors": exhaustDescriptors,
	"rights":           readOnly,
}

// TestProcessThatCannotMakeFilesLosesNothing: reads go on, appends are refused
// when the log is full, and all goes on by itself. It is a process of its own, because
// limits and rights are the process's.
func TestProcessThatCannotMakeFilesLosesNothing(t *testing.T) {
	for what := range fileLimits {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), limitedDir+"=journal", limitedBy+"="+what)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, out.Bytes())
			}
			t.Logf("%s", out.Bytes())
		})
	}
}

// runLimited is the process whose files are limited.
func runLimited(dir, what string) {
	if err := live(dir, what); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func live(dir, what string) error {
	if err := unprivileged(); err != nil {
		return err
	}
	j, err := badger.Open(badger.Options{Dir: dir, TailBytes: 1})
	if err != nil {
		return err
	}
	last, err := fillUntil(j, 0, 1)
	if err != nil {
		return err
	}
	end, err := fileLimits[what](dir)
	if err != nil {
		return err
	}
	last, err = fillUntil(j, last, 200)
	fmt.Printf("%d appends, then: %v\n", last, err)
	if err != nil && !errors.Is(err, persistence.ErrUnavailable) {
		return fmt.Errorf("append: %w, want unavailable", err)
	}
	for _, read := range []func(func(persistence.Record, error) bool){
		j.Read(context.Background(), "a", 0), j.ReadBack(context.Background(), "a", 0), j.ReadAll(context.Background(), 0),
	} {
		if n, err := tally(read); err != nil || n != int(last) {
			return fmt.Errorf("%d records can be read, %w, want %d", n, err, last)
		}
	}
	if err := end(); err != nil {
		return err
	}
	if _, err = fillUntil(j, last, 50); err != nil {
		return fmt.Errorf("when files can be made again: %w", err)
	}
	if _, err := j.Verify(context.Background(), nil); err != nil {
		return err
	}
	return j.Close()
}

// unprivileged makes root an ordinary user, for whom permissions hold.
func unprivileged() error {
	if os.Geteuid() != 0 {
		return nil
	}
	const nobody = 65534
	return errors.Join(os.Chown(".", nobody, nobody), syscall.Setgid(nobody), syscall.Setuid(nobody))
}

// fillUntil appends so often, or until the first refusal.
func fillUntil(j *badger.Journal, last persistence.Seq, times int) (persistence.Seq, error) {
	record := incompressible(400 << 10)
	for range times {
		o := <-send(j, persistence.Append{Stream: "a", Expected: last, Records: [][]byte{record}})
		if o.Err != nil {
			return last, o.Err
		}
		last = o.Last
	}
	return last, nil
}

// readOnly takes the right to make files in the folder.
func readOnly(dir string) (end func() error, err error) {
	if err := os.Chmod(dir, 0o500); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err == nil {
		return nil, errors.New("a file can be made all the same")
	}
	return func() error { return os.Chmod(dir, 0o700) }, nil
}

// exhaustDescriptors lowers the limit of open files, and then takes for good what becomes
// free: one descriptor every ten milliseconds, as connections do.
func exhaustDescriptors(string) (end func() error, err error) {
	limit := syscall.Rlimit{Cur: 64, Max: 64}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return nil, err
	}
	var all []*os.File
	take := func() error {
		f, err := os.Open(os.DevNull)
		if err == nil {
			all = append(all, f)
		}
		return err
	}
	for take() == nil {
	}
	over, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case <-time.After(10 * time.Millisecond):
				_ = take()
			case <-over:
				for _, f := range all {
					_ = f.Close()
				}
				return
			}
		}
	}()
	return func() error {
		close(over)
		<-gone
		return nil
	}, nil
}
