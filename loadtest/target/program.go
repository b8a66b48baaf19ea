package target

import (
	"context"
	"fmt"
	"io"
)

// Program is what all runs are told: the server under test, and whom they report to.
type Program struct {
	Binary string `help:"This program instead of a built one."`
	// Output gets what programs write to stderr; nil drops it.
	Output io.Writer `kong:"-"`
	// Progress is told what is going on, one sentence at a time; nil for silence.
	Progress func(sentence string) `kong:"-"`
}

// Say tells Progress.
func (p *Program) Say(format string, args ...any) {
	if p.Progress != nil {
		p.Progress(fmt.Sprintf(format, args...))
	}
}

// Server makes a server of the program on a temporary folder, with further flags; nothing
// runs yet. Close it.
func (p *Program) Server(ctx context.Context, flags ...string) (*Server, error) {
	return New(ctx, Options{Binary: p.Binary, Output: p.Output, Flags: flags})
}

// Open is Server, started.
func (p *Program) Open(ctx context.Context, flags ...string) (*Server, error) {
	return Open(ctx, Options{Binary: p.Binary, Output: p.Output, Flags: flags})
}
