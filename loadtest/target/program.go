package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Program is what all runs have: the server under test, and where they report to.
type Program struct {
	Binary string `help:"This program instead of a built one."`
	// Output gets what programs write to stderr; nil drops it.
	Output io.Writer `kong:"-"`
	// Progress is called with what is going on, one sentence at a time; nil for silence.
	Progress func(sentence string) `kong:"-"`
}

// Say calls Progress.
func (p *Program) Say(format string, args ...any) {
	if p.Progress != nil {
		p.Progress(fmt.Sprintf(format, args...))
	}
}

// Server makes a server of the program on a temporary folder, with further flags, not started.
// Close it.
func (p *Program) Server(ctx context.Context, flags ...string) (*Server, error) {
	return New(ctx, Options{Binary: p.Binary, Output: p.Output, Flags: flags})
}

// Open is Server, started.
func (p *Program) Open(ctx context.Context, flags ...string) (*Server, error) {
	return Open(ctx, Options{Binary: p.Binary, Output: p.Output, Flags: flags})
}

// Ports below those that the kernel gives to outgoing connections (32768 and up): a client that
// calls a port of that range while the server is down can be given that very port, connect to
// itself, and keep the server from coming back.
const (
	lowestPort  = 20_000
	highestPort = 32_000
	portTries   = 100
)

// FreeAddr finds a loopback address that nobody listens on.
func FreeAddr() (string, error) {
	for range portTries {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(highestPort-lowestPort)))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("no free port found")
}

// lastBytes is room for the trace of a panic.
const lastBytes = 8 << 10

// lastOutput keeps the end of what a process has written.
type lastOutput struct {
	mu  sync.Mutex
	end []byte
}

// Write implements io.Writer.
func (w *lastOutput) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end = append(w.end, b...)
	if spare := len(w.end) - lastBytes; spare > 0 {
		w.end = append(w.end[:0], w.end[spare:]...)
	}
	return len(b), nil
}

func (w *lastOutput) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.end)
}
