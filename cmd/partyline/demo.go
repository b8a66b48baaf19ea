package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"partyline/cmd/partyline/demo"
	"partyline/protocol/client"
)

// Bounds of a demo: above them it shows nothing new.
const (
	maxDemoSpeed   = 20
	maxDemoPlayers = 500
	// demoDrain is short: only the demo itself is connected.
	demoDrain = 2 * time.Second
)

// demoCommand plays a game night on a server of its own, and leaves nothing behind.
type demoCommand struct {
	Speed   float64 `default:"1" placeholder:"N" help:"Speed: 1 takes 40 seconds, at most 20 (default 1)."`
	Players int     `default:"24" placeholder:"N" help:"Number of voters, at most 500 (default 24)."`
}

func (c *demoCommand) check() []string {
	var p problems
	p.require(c.Speed > 0 && c.Speed <= maxDemoSpeed, "--speed: must be above 0 and at most %d", maxDemoSpeed)
	p.require(c.Players >= 1 && c.Players <= maxDemoPlayers, "--players: must be between 1 and %d", maxDemoPlayers)
	return p
}

// Run returns when the demo is over or ctx is done, which is not an error.
func (c *demoCommand) Run(ctx context.Context, t *terminal) (err error) {
	dir, err := os.MkdirTemp("", "partyline-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := open(ctx, demoConfig(dir), newLogger(t.err, "warn", "console"))
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.serve(serving) }()
	if err = c.play(ctx, t, s); ctx.Err() != nil {
		err = nil // any failure was caused by the end of ctx
	}
	stop()
	return errors.Join(err, <-served)
}

func (c *demoCommand) play(ctx context.Context, t *terminal, s *server) error {
	fmt.Fprintf(t.out, "The demo serves on %s (admin key %s); see %s/api/stats while it runs.\n",
		s.base(), s.keys.admin.value, s.base())
	hub, err := client.Login(ctx, s.base(), s.keys.admin.value)
	if err != nil {
		return err
	}
	return demo.Play(ctx, demo.Options{Hub: hub, Out: t.out, Speed: c.Speed, Players: c.Players})
}

// demoConfig is the configuration of a server for this machine alone, on a free port.
func demoConfig(dir string) *Config {
	return &Config{Addr: "127.0.0.1:0", Data: dir, MaxActiveSessions: 1, DrainTimeout: demoDrain, ReserveBytes: minReserve}
}
