package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes: a command line that cannot be understood is told apart from work
// that failed, so that a supervisor does not start the former again and again.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(program()) }

// program runs the command line of the process and returns its exit code.
func program() int {
	signaled, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal drains. Before that begins signals kill again, so that a second
	// one ends a drain that hangs.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	context.AfterFunc(signaled, func() { stop(); cancel() })
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	if err == nil {
		return 0
	}
	fmt.Fprintf(os.Stderr, "partyline: %v\n", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}
