package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"sync"
	"time"
)

const (
	// catchUpWithin is how long screens and debts may take at the end.
	catchUpWithin = 20 * time.Second
	// endsWithin is how many times the grace the hosts may take to end all polls.
	endsWithin = 4
	// lookAgain is how often they are looked at.
	lookAgain = 5 * time.Millisecond
	// verifyEvery is in which rounds the killed server's data are verified. Not in all:
	// looking may mend what the next start should meet.
	verifyEvery = 5
	// stillbornLife bounds the life of a server that is killed while it recovers.
	stillbornLife = 120 * time.Millisecond
)

// Run starts the host, kills and restarts it so many times under load, and judges
// after each restart and at the end, when the host has been stopped and verified.
// The error is for a run that could not go on; what does not fit stands in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	return perform(ctx, o, (*state).rounds)
}

// perform has a crowd on a host to which something happens.
func perform(ctx context.Context, o Options, happens func(*state, context.Context) error) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	o.Webhooks.Started(time.Now())
	if err := o.Server.Start(); err != nil {
		return nil, err
	}
	r, err := run(ctx, o, happens)
	if err != nil {
		err = errors.Join(err, o.Server.Kill())
	}
	return r, err
}

func run(ctx context.Context, o Options, happens func(*state, context.Context) error) (*Report, error) {
	if err := o.Server.Ready(ctx); err != nil {
		return nil, err
	}
	o.Webhooks.Ready(time.Now())
	e, err := setUp(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	defer e.client.Close()
	end, screens := e.people(ctx)
	defer end()
	e.gate.open()
	if err := happens(e, ctx); err != nil {
		return nil, err
	}
	if err := e.finish(ctx, end, screens); err != nil {
		return nil, fmt.Errorf("at the end: %w", err)
	}
	return e.summary(), nil
}

// people starts writers, host and screens. The returned function ends them and waits.
func (e *state) people(ctx context.Context) (end func(), screens []*screen) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	for i := range e.o.Writers {
		group.Go(func() { e.write(ctx, i) }) // ends with the gate or ctx
	}
	for i, h := range e.hosts {
		rng := rand.New(rand.NewPCG(e.o.Seed, uint64(2+i)))
		group.Go(func() { h.host(ctx, rng) }) // ends with the gate or ctx
		group.Go(func() { h.vote(ctx) })      // ends with the gate or ctx
	}
	for i := range e.o.Screens {
		s := e.newScreen(fmt.Sprintf("screen %d", i), i%len(e.ids))
		screens = append(screens, s)
		group.Go(func() { s.run(ctx) }) // ends with ctx
	}
	return func() {
		cancel()
		e.gate.end()
		group.Wait()
	}, screens
}

// rounds kills the host so many times, or until something does not fit.
func (e *state) rounds(ctx context.Context) error {
	for round := 1; round <= e.o.Rounds && e.findings.Count() == 0; round++ {
		if err := e.round(ctx, round); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	return nil
}

// round lets the host live for a while, kills it, restarts it, and judges. In every
// other round the writers are back before the host is, as a crowd would be.
func (e *state) round(ctx context.Context, round int) error {
	life := e.o.MinLife + time.Duration(e.rng.Int64N(int64(e.o.MaxLife-e.o.MinLife)))
	if err := report.Wait(ctx, life); err != nil {
		return err
	}
	if err := e.kill(); err != nil {
		return err
	}
	e.gate.close()
	promised, storm := e.promised(), round%2 == 0
	if round%verifyEvery == 0 {
		e.verify(ctx)
	}
	if storm {
		e.gate.open()
	}
	took, err := e.restart(ctx)
	if err != nil {
		return err
	}
	heads, err := e.audit(ctx, promised, !storm)
	if err != nil {
		return err
	}
	if round%4 == 1 {
		if err := e.nextGame(ctx); err != nil {
			return err
		}
	}
	e.gate.open()
	e.o.Progress(fmt.Sprintf("round %d: killed after %v, ready after %v, %d votes sent, events %v, %d findings",
		round, life.Round(time.Millisecond), took.Round(time.Millisecond), e.ledger.Len(), heads, e.findings.Count()))
	return nil
}

// restart brings the host back. One time in four it is killed once more, while it
// recovers.
func (e *state) restart(ctx context.Context) (time.Duration, error) {
	if e.rng.IntN(4) == 0 {
		e.stillborn++
		if err := e.start(); err != nil {
			return 0, err
		}
		if err := report.Wait(ctx, time.Duration(e.rng.Int64N(int64(stillbornLife)))); err != nil {
			return 0, err
		}
		if err := e.kill(); err != nil {
			return 0, err
		}
	}
	return e.revive(ctx)
}

// revive starts the host and waits until it serves.
func (e *state) revive(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := e.start(); err != nil {
		return 0, err
	}
	if err := e.o.Server.Ready(ctx); err != nil {
		return 0, err
	}
	e.o.Webhooks.Ready(time.Now())
	took := time.Since(began)
	e.restarts.Record(took)
	return took, nil
}

func (e *state) start() error {
	e.o.Webhooks.Started(time.Now())
	return e.o.Server.Start()
}

func (e *state) kill() error {
	at := time.Now()
	err := e.o.Server.Kill()
	e.o.Webhooks.Ended(at)
	e.client.Close() // its kept connections are dead
	return err
}

// finish lets polls end, debts be paid and screens catch up, makes the last audit, and stops
// and verifies the host.
func (e *state) finish(ctx context.Context, end func(), screens []*screen) error {
	e.closing.Store(true)
	if !report.Until(ctx, endsWithin*e.o.Grace, lookAgain, e.pollsAreOver) {
		e.findings.Add("the hosts cannot end all polls")
	}
	if !report.Until(ctx, catchUpWithin, lookAgain, func() bool { return e.debts() == 0 }) {
		e.findings.Add("%d votes sent again with their keys are still not acknowledged", e.debts())
	}
	e.gate.close()
	heads, err := e.audit(ctx, e.promised(), true)
	if err != nil {
		return err
	}
	for i, s := range screens {
		if !report.Until(ctx, catchUpWithin, lookAgain, func() bool { return s.witness.Last() >= heads[s.session] }) {
			e.findings.Add("screen %d: stopped at seq %d of %d", i, s.witness.Last(), heads[s.session])
		}
	}
	if e.webhooks, err = e.o.Webhooks.Judge(ctx, e.client); err != nil {
		return err
	}
	if e.webhooks != nil {
		for _, sentence := range e.webhooks.Findings {
			e.findings.Add("%s", sentence)
		}
	}
	began := time.Now()
	if err := e.list(ctx); err != nil {
		return err
	}
	e.o.Progress(fmt.Sprintf("votes.list read page by page in %v", time.Since(began).Round(time.Millisecond)))
	end()
	if err := e.o.Server.Stop(target.StopWithin); err != nil {
		e.findings.Add("SIGTERM: %v", err)
	}
	e.verify(ctx)
	return ctx.Err()
}

func (e *state) verify(ctx context.Context) {
	if err := e.o.Server.Verify(ctx); err != nil && ctx.Err() == nil {
		e.findings.Add("%v", err)
	}
}
