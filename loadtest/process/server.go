package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// goneTimeout is how long a killed process may take to vanish; what it had mapped
// has to be given back.
const goneTimeout = 20 * time.Second

// Options of a server process.
type Options struct {
	// Binary is the program, see Build; Data its data folder.
	Binary, Data string
	// Addr is host:port; the port is not 0, so that clients find it again.
	Addr              string
	AdminKey, Secret  string
	Output            io.Writer // what it writes to stderr; nil drops it. Its greeting on stdout is always dropped
	MaxActiveSessions int       // 0 for no limit
	Flags             []string  // further flags of serve
	// Wrap is a command that the program is run by, such as a tracer; it must leave the
	// program the process that was started. Empty for none.
	Wrap []string
}

// Server is one program on one data folder, started any number of times in turn.
// One goroutine owns it.
type Server struct {
	o    Options
	cmd  *exec.Cmd
	gone chan error
	last *words
}

// New names a server; nothing runs yet.
func New(o Options) *Server { return &Server{o: o} }

// Build compiles cmd/partyline of the module that the working directory lies in,
// into the folder, and returns the program's path.
func Build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "partyline")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "partyline/cmd/partyline").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
}

// Start runs the program and returns at once: ask /ready.
func (s *Server) Start() error {
	line := append(slices.Clone(s.o.Wrap), s.o.Binary)
	line = append(line, append([]string{"serve", "--addr", s.o.Addr, "--data", s.o.Data, "--admin-key", s.o.AdminKey,
		"--jwt-secret", s.o.Secret, "--max-active-sessions", fmt.Sprint(s.o.MaxActiveSessions), "--log-level", "warn"}, s.o.Flags...)...)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.last = &words{}
	s.cmd.Stderr = s.last
	if s.o.Output != nil {
		s.cmd.Stderr = io.MultiWriter(s.o.Output, s.last)
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	gone, cmd := make(chan error, 1), s.cmd
	s.gone = gone
	go func() { gone <- cmd.Wait() }() // ends with the process
	return nil
}

// Pid is the process's id, 0 when none runs.
func (s *Server) Pid() int {
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Kill sends SIGKILL and waits until the process is gone. It is an error when it was
// gone before.
func (s *Server) Kill() error {
	if s.cmd == nil {
		return nil
	}
	err := s.cmd.Process.Kill()
	if err == nil || errors.Is(err, os.ErrProcessDone) {
		if ended := s.wait(goneTimeout); !killed(ended) {
			err = fmt.Errorf("the server had ended by itself: %w; its last words:\n%s", ended, s.last)
		}
	}
	s.cmd = nil
	return err
}

// Stop sends SIGTERM and waits so long for exit code 0; after that it kills.
func (s *Server) Stop(within time.Duration) error {
	if s.cmd == nil {
		return nil
	}
	err := s.cmd.Process.Signal(syscall.SIGTERM)
	if err == nil {
		err = s.wait(within)
	}
	if errors.Is(err, errStays) {
		_ = s.cmd.Process.Kill()
		_ = s.wait(goneTimeout)
	}
	s.cmd = nil
	return err
}

// Verify runs `partyline verify` on the folder of the stopped server.
func (s *Server) Verify(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, s.o.Binary, "verify", s.o.Data).CombinedOutput()
	if err != nil {
		return fmt.Errorf("partyline verify: %w\n%s", err, out)
	}
	return nil
}

var errStays = errors.New("the server does not end")

func (s *Server) wait(within time.Duration) error {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case err := <-s.gone:
		return err
	case <-timer.C:
		return errStays
	}
}

// killed says whether a process ended by SIGKILL.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
