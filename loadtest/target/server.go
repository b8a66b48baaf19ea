package target

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

	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// ReadyWithin is when a start counts as failed; the goal is a second.
	ReadyWithin = 30 * time.Second
	// StopWithin is longer than the server's own limit for draining.
	StopWithin = 20 * time.Second
	// goneTimeout is how long a killed process may take to end; its memory has to be given back.
	goneTimeout = 20 * time.Second
)

// Options of a server. All may be left out.
type Options struct {
	// Binary is the program; without one it is built.
	Binary string
	// Folder is for the program and its data; without one a temporary folder is made, which Close
	// removes.
	Folder string
	// Data is the data folder (data in Folder).
	Data string
	// Addr is host:port (a free port of 127.0.0.1). It stays the same for clients across restarts.
	Addr string
	// AdminKey and Secret are for a server that lives for one run on the loopback.
	AdminKey, Secret string
	// Output gets what the program writes to stderr; nil drops it. Its stdout is always dropped.
	Output io.Writer
	// Flags are further flags of serve.
	Flags []string
	// Wrap is a command that runs the program, such as a tracer; the program must be the process
	// that was started.
	Wrap []string
}

// LoopbackWebhooks lets the server call endpoints on the loopback, which are refused
// otherwise.
var LoopbackWebhooks = []string{"--webhook-allow-cidr", "127.0.0.0/8"}

// Server is one program on one data folder, started any number of times in turn. One goroutine
// owns it.
type Server struct {
	Options
	temporary bool
	cmd       *exec.Cmd
	gone      chan error
	last      *lastOutput
}

// New makes folder and program, and starts nothing. Close it.
func New(ctx context.Context, o Options) (*Server, error) {
	s := &Server{Options: o}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) prepare(ctx context.Context) (err error) {
	if s.Folder == "" {
		s.temporary = true
		if s.Folder, err = os.MkdirTemp("", "partyline-loadtest-"); err != nil {
			return err
		}
	}
	if s.Addr == "" {
		if s.Addr, err = FreeAddr(); err != nil {
			return err
		}
	}
	if s.Data == "" {
		s.Data = filepath.Join(s.Folder, "data")
	}
	if s.AdminKey == "" {
		s.AdminKey, s.Secret = "key-of-the-load-test", "secret-of-the-load-test-and-nobody-else"
	}
	if s.Binary == "" {
		if s.Output != nil {
			_, _ = fmt.Fprintln(s.Output, "building the server")
		}
		s.Binary, err = Build(ctx, s.Folder)
	}
	return err
}

// Build compiles cmd/partyline of the module of the working directory into the folder, and returns
// its path.
func Build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "partyline")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "partyline/cmd/partyline").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
}

// Open is New and Run.
func Open(ctx context.Context, o Options) (*Server, error) {
	s, err := New(ctx, o)
	if err != nil {
		return nil, err
	}
	if _, err := s.Run(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Base is the server's scheme, host and port.
func (s *Server) Base() string { return "http://" + s.Addr }

// Start runs the program and returns at once.
func (s *Server) Start() error {
	line := append(slices.Clone(s.Wrap), s.Binary)
	line = append(line, append([]string{"serve", "--addr", s.Addr, "--data", s.Data, "--admin-key", s.AdminKey,
		"--jwt-secret", s.Secret, "--max-active-sessions", "0", "--log-level", "warn"}, s.Flags...)...)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.last = &lastOutput{}
	s.cmd.Stderr = s.last
	if s.Output != nil {
		s.cmd.Stderr = io.MultiWriter(s.Output, s.last)
	}
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	gone, cmd := make(chan error, 1), s.cmd
	s.gone = gone
	go func() { gone <- cmd.Wait() }() // ends with the process
	return nil
}

// Ready waits until the program serves.
func (s *Server) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ReadyWithin)
	defer cancel()
	_, err := client.WaitReady(ctx, s.Base())
	return err
}

// Run starts the program and waits until it serves, and returns how long that took.
func (s *Server) Run(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := s.Start(); err != nil {
		return 0, err
	}
	err := s.Ready(ctx)
	return time.Since(began), err
}

// Login makes a client with an admin's token. Close it.
func (s *Server) Login(ctx context.Context) (*client.Client, error) {
	return client.Login(ctx, s.Base(), s.AdminKey)
}

// OpenSession opens a session in which a new game of that title is being played.
func OpenSession(ctx context.Context, c *client.Client, title string) (play protocol.SessionGame, err error) {
	session, err := c.CreateSession(ctx, "load test")
	if err != nil {
		return play, err
	}
	return NextGame(ctx, c, session.ID, title)
}

// NextGame begins a new game of that title.
func NextGame(ctx context.Context, c *client.Client, id protocol.SessionID, title string) (play protocol.SessionGame, err error) {
	game, err := c.CreateGame(ctx, "Load test", title)
	if err != nil {
		return play, err
	}
	return c.AddGame(ctx, id, game.ID)
}

// Votes are n votes of now, each under the name of its number.
func Votes(session protocol.SessionID, n int, name func(i int) string) []protocol.CastVote {
	votes, now := make([]protocol.CastVote, n), protocol.TimestampOf(time.Now())
	for i := range votes {
		votes[i] = protocol.CastVote{SessionID: session, Username: name(i), Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}
	}
	return votes
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

// Close stops the program, if it runs, as an operator would, and removes the folder if it
// is temporary.
func (s *Server) Close() error {
	err := s.Stop(StopWithin)
	if s.temporary {
		err = errors.Join(err, os.RemoveAll(s.Folder))
	}
	return err
}

// Verify runs `partyline verify` on the folder of the stopped server.
func (s *Server) Verify(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, s.Binary, "verify", s.Data).CombinedOutput()
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
