package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

const (
	// catchUpWithin is how long screens and unanswered votes may take at the end.
	catchUpWithin = 20 * time.Second
	// endsWithin times the grace is how long the hosts may take to end all polls.
	endsWithin = 4
	// lookAgain is how often a condition that is waited for is checked.
	lookAgain = 5 * time.Millisecond
	// verifyEvery is in which rounds the data of the killed server are verified. Not in all:
	// opening them may repair what the next start should meet.
	verifyEvery = 5
	// recoveringLife bounds how long a server lives that is killed while it recovers.
	recoveringLife = 120 * time.Millisecond
)

// Run starts the server, kills and restarts it under load, and checks after each restart and at
// the end, when the server has been stopped and verified. The error is for a run that could not go
// on; findings are in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	return Play(ctx, o, func(ctx context.Context, l *Load) error { return l.killRounds(ctx) })
}

// Play puts the load of Run on a server to which something else than kills happens. It checks at
// each Restart and at the end.
func Play(ctx context.Context, o Options, happens func(ctx context.Context, l *Load) error) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	o.Webhooks.Started(time.Now())
	if err := o.Server.Start(); err != nil {
		return nil, err
	}
	r, err := play(ctx, o, happens)
	if err != nil {
		err = errors.Join(err, o.Server.Kill())
	}
	return r, err
}

func play(ctx context.Context, o Options, happens func(context.Context, *Load) error) (*Report, error) {
	if err := o.Server.Ready(ctx); err != nil {
		return nil, err
	}
	o.Webhooks.Ready(time.Now())
	l, err := open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the sessions: %w", err)
	}
	defer l.Close()
	end, err := l.start(ctx)
	defer end()
	if err != nil {
		return nil, err
	}
	l.gate.open()
	if err := happens(ctx, l); err != nil {
		return nil, err
	}
	if err := l.finish(ctx, end); err != nil {
		return nil, fmt.Errorf("at the end: %w", err)
	}
	return l.report(), nil
}

// start starts writers, poll hosts and screens. The returned function ends them and waits.
func (l *Load) start(ctx context.Context) (end func(), err error) {
	running, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	for i := range l.o.Writers {
		group.Go(func() { l.write(running, i) }) // ends with the gate or ctx
	}
	for i, h := range l.hosts {
		rng := rand.New(rand.NewPCG(l.o.Seed, uint64(2+i)))
		group.Go(func() { h.host(running, rng) }) // ends with the gate or ctx
		group.Go(func() { h.vote(running) })      // ends with the gate or ctx
	}
	return func() {
		cancel()
		l.gate.end()
		group.Wait()
		l.Screens.Close()
	}, l.Screens.Connect(ctx, l.o.Screens, protocol.ModeEvents)
}

// killRounds kills the server until there is a finding.
func (l *Load) killRounds(ctx context.Context) error {
	for round := 1; round <= l.o.Rounds && l.Findings.Count() == 0; round++ {
		if err := l.round(ctx, round); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	return nil
}

// round lets the server run for a while, kills it, restarts it, and checks. In every other round
// the writers are back before the server is.
func (l *Load) round(ctx context.Context, round int) error {
	life := l.o.MinLife + time.Duration(l.rng.Int64N(int64(l.o.MaxLife-l.o.MinLife)))
	if err := report.Wait(ctx, life); err != nil {
		return err
	}
	if err := l.kill(); err != nil {
		return err
	}
	l.gate.close()
	promised, storm := l.acknowledged(), round%2 == 0
	if round%verifyEvery == 0 {
		l.verify(ctx)
	}
	if storm {
		l.gate.open()
	}
	took, err := l.restart(ctx)
	if err != nil {
		return err
	}
	heads, err := l.audit(ctx, promised, !storm)
	if err != nil {
		return err
	}
	if round%4 == 1 {
		if err := l.NextGame(ctx); err != nil {
			return err
		}
	}
	l.gate.open()
	l.o.Say("round %d: killed after %v, ready after %v, %d votes sent, events %v, %d findings",
		round, life.Round(time.Millisecond), took.Round(time.Millisecond), l.Votes.Len(), heads, l.Findings.Count())
	return nil
}

// restart starts the server again. One time in four it is killed once more, while it recovers.
func (l *Load) restart(ctx context.Context) (time.Duration, error) {
	if l.rng.IntN(4) == 0 {
		l.recoveryKills++
		if err := l.startServer(); err != nil {
			return 0, err
		}
		if err := report.Wait(ctx, time.Duration(l.rng.Int64N(int64(recoveringLife)))); err != nil {
			return 0, err
		}
		if err := l.kill(); err != nil {
			return 0, err
		}
	}
	return l.revive(ctx)
}

// revive starts the server and waits until it serves.
func (l *Load) revive(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := l.startServer(); err != nil {
		return 0, err
	}
	if err := l.o.Server.Ready(ctx); err != nil {
		return 0, err
	}
	l.o.Webhooks.Ready(time.Now())
	took := time.Since(began)
	l.restarts.Record(took)
	return took, nil
}

func (l *Load) startServer() error {
	l.o.Webhooks.Started(time.Now())
	return l.o.Server.Start()
}

func (l *Load) kill() error {
	at := time.Now()
	err := l.o.Server.Kill()
	l.o.Webhooks.Ended(at)
	l.Client.Close() // its kept connections are dead
	return err
}

// finish lets polls end, unanswered votes be answered and screens catch up, checks for the last
// time, and stops and verifies the server.
func (l *Load) finish(ctx context.Context, end func()) error {
	l.closing.Store(true)
	if !l.Until(ctx, endsWithin*l.o.Grace, l.pollsAreOver) {
		l.Findings.Add("the hosts cannot end all polls")
	}
	if !l.Until(ctx, catchUpWithin, func() bool { return len(l.unanswered) == 0 }) {
		l.Findings.Add("%d votes sent again with their keys are still not acknowledged", len(l.unanswered))
	}
	l.gate.close()
	heads, err := l.audit(ctx, l.acknowledged(), true)
	if err != nil {
		return err
	}
	l.Screens.CatchUp(ctx, catchUpWithin, heads)
	if l.webhooks, err = l.o.Webhooks.Judge(ctx, l.Client); err != nil {
		return err
	}
	if l.webhooks != nil {
		l.Findings.Append(l.webhooks.Found)
	}
	began := time.Now()
	if err := l.list(ctx); err != nil {
		return err
	}
	l.o.Say("votes.list read page by page in %v", time.Since(began).Round(time.Millisecond))
	end()
	if err := l.o.Server.Stop(target.StopWithin); err != nil {
		l.Findings.Add("SIGTERM: %v", err)
	}
	l.verify(ctx)
	return ctx.Err()
}

func (l *Load) verify(ctx context.Context) {
	if err := l.o.Server.Verify(ctx); err != nil && ctx.Err() == nil {
		l.Findings.Add("%v", err)
	}
}
