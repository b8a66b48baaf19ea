package attack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/crowd"
	"partyline/loadtest/target"
)

const (
	// honestRate of votes a second is a lively evening's.
	honestRate = 200
	// lead is how long the attackers have before the honest are measured.
	lead = 500 * time.Millisecond
	// afterwards is how long the honest are measured when it is over.
	afterwards = 2 * time.Second
)

// Run attacks a server of its own with one attack after the other. The error is for a run that could not be done;
// what was not withstood stands in the report.
func Run(ctx context.Context, o Options) (r *Report, err error) {
	o.complete()
	chosen, err := choose(attacks, func(a attack) string { return a.name }, o.Only)
	if err != nil {
		return nil, err
	}
	t, err := open(ctx, target.Options{Binary: o.Binary, Output: o.Output})
	if err != nil {
		return nil, err
	}
	r = &Report{}
	defer func() {
		if end := t.close(); end != nil {
			r.End = end.Error()
		}
	}()
	if _, err := t.honest(ctx, afterwards); err != nil {
		return r, err // a server that is cold would be slow at first, and hold less
	}
	for _, a := range chosen {
		lasts := a.short
		if o.Long {
			lasts = a.long
		}
		o.Progress(fmt.Sprintf("%s, %v", a.name, lasts))
		v, err := t.withstand(ctx, a, lasts, o)
		if err != nil {
			return r, fmt.Errorf("%s: %w", a.name, err)
		}
		r.Verdicts = append(r.Verdicts, v)
	}
	return r, nil
}

// withstand is one attack and what comes after it.
func (t *victim) withstand(ctx context.Context, a attack, lasts time.Duration, o Options) (*Verdict, error) {
	v := &Verdict{Attack: a.name, Faults: []string{}}
	var err error
	if v.Before, err = t.measure(ctx); err != nil {
		return nil, err
	}
	during, won, err := t.attack(ctx, a, lasts)
	if err != nil {
		return nil, err
	}
	v.Met, v.Taken = won.Met, won.Taken
	var gone bool
	if v.Left, gone = t.settle(ctx, v.Before); !gone {
		v.fault("%d sockets and %d goroutines stayed behind", v.Left.Sockets-v.Before.Sockets, v.Left.Goroutines-v.Before.Goroutines)
	}
	after, err := t.honest(ctx, afterwards)
	if err != nil {
		return nil, err
	}
	v.look(a, during, after)
	if a.fault != nil {
		if f := a.fault(v.Met, o.Long); f != "" {
			v.fault("%s: %v", f, v.Met)
		}
	}
	return v, nil
}

// attack attacks while the honest vote.
func (t *victim) attack(ctx context.Context, a attack, lasts time.Duration) (r *crowd.Report, won result, err error) {
	orders := t.order
	orders.Attack, orders.Lasts = a.name, lasts
	ended := make(chan error, 1)
	go func() { // ends with the attack and is waited for
		var err error
		won, err = orders.send(ctx, 19)
		ended <- err
	}()
	pause(ctx, lead)
	r, err = t.honest(ctx, lasts-2*lead)
	return r, won, errors.Join(err, <-ended)
}

// honest votes at an evening's pace before two screens, judged by the oracle.
func (t *victim) honest(ctx context.Context, lasts time.Duration) (*crowd.Report, error) {
	return crowd.Run(ctx, crowd.Options{Addr: t.Addr, Key: t.server.AdminKey, Screens: 2, Rate: honestRate, Duration: lasts,
		Clients: 256, Pid: t.server.Pid()})
}
