package attack

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"partyline/loadtest/crowd"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

const (
	// regularRate is the votes a second of a lively evening, botRate those of one bot from its
	// address.
	regularRate, botRate = 200, 100
	// regularAddress is the address of that bot: not loopback, which is exempt from all limits.
	regularAddress = "192.0.2.10"
	// pageEvery is how often the host reads the ten newest votes.
	pageEvery = 200 * time.Millisecond
	// lead is how long the attackers have before regular users are measured.
	lead = 500 * time.Millisecond
	// calm is how long regular users are measured without an attack: before the first, and after
	// each. Before an attack from addresses it is alone.
	calm  = 2 * time.Second
	alone = 4 * time.Second
)

// Options of a run.
type Options struct {
	target.Program
	Long      bool     `help:"Give each attack the time to meet every timeout (10 minutes in all)."`
	Addresses bool     `help:"Attack from addresses of others instead: measured, not judged. It needs strace."`
	Only      []string `help:"Names of attacks, of both kinds, with commas between them (all of one kind)."`
}

// Run makes one attack after the other while regular voters go on. The error is for a run that
// could not be done; what was not withstood is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	chosen, err := choose(o.Only, o.Addresses)
	if err != nil {
		return nil, err
	}
	r := &Report{}
	var shared *hub
	end := func(h *hub) {
		if err := h.close(); err != nil {
			r.Ends = append(r.Ends, err.Error())
		}
	}
	defer func() {
		if shared != nil {
			end(shared)
		}
	}()
	for _, a := range chosen {
		h := shared
		if a.address != nil || shared == nil {
			if h, err = open(ctx, o, a); err != nil {
				return r, fmt.Errorf("%s: %w", a.name, err)
			}
		}
		o.Say("%s, %v", a.name, a.lasts(o))
		v, err := h.withstand(ctx, a, o)
		if a.address != nil {
			end(h)
		} else {
			shared = h
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", a.name, err)
		}
		r.Verdicts = append(r.Verdicts, v)
	}
	return r, nil
}

func (a attack) lasts(o Options) time.Duration {
	if o.Long {
		return a.long
	}
	return a.short
}

// withstand carries out one attack, and measures and judges it.
func (h *hub) withstand(ctx context.Context, a attack, o Options) (*Verdict, error) {
	v := &Verdict{Attack: a.name, Alone: h.calm, Faults: []string{}}
	var err error
	if v.Before, err = h.resources(ctx); err != nil {
		return nil, err
	}
	if err := h.attack(ctx, a, a.lasts(o), v); err != nil {
		return nil, err
	}
	var settled bool
	if v.Left, settled = h.settle(ctx, v.Before); !settled && a.address == nil {
		v.fault("%d sockets and %d goroutines stayed behind", v.Left.Sockets-v.Before.Sockets, v.Left.Goroutines-v.Before.Goroutines)
	}
	if v.After, err = h.regular(ctx, a, calm, nil); err != nil {
		return nil, err
	}
	h.calm = v.After
	if a.address == nil {
		v.judge(a, o.Long)
	}
	return v, nil
}

// attack runs the attackers while regular voters vote. An attack from addresses begins when those
// are connected: on a slow disk that takes as long as the attack.
func (h *hub) attack(ctx context.Context, a attack, lasts time.Duration, v *Verdict) (err error) {
	t := h.task
	t.Attack, t.Lasts = a.name, lasts
	ended := make(chan error, 1)
	begin := func() {
		go func() { // ends with the attack and is waited for
			got, err := t.send(ctx, a.address != nil)
			v.Met, v.Taken = got.Met, got.Taken
			ended <- err
		}()
		_ = report.Wait(ctx, lead)
	}
	whenReady := begin
	if a.address == nil {
		begin()
		whenReady = nil
	}
	if v.During, err = h.regular(ctx, a, lasts-2*lead, whenReady); err != nil {
		return err
	}
	return <-ended
}

// Regular is what regular voters and screens met for a while. Pages is how long the host's page
// of ten votes took, which is measured with attacks from addresses.
type Regular struct {
	*crowd.Report
	Pages report.Summary `json:"page"`
}

// regular runs voters and two screens, judged by the oracle. WhenReady is called when all are
// connected, nil for nothing.
func (h *hub) regular(ctx context.Context, a attack, lasts time.Duration, whenReady func()) (Regular, error) {
	c := crowd.Options{Addr: h.Addr, Key: h.server.AdminKey, Screens: 2, Rate: regularRate, Duration: lasts, Clients: 256, Pid: h.server.Pid(), WhenReady: whenReady}
	if a.address != nil {
		c.Rate, c.From = botRate, regularAddress
	}
	running, stop := context.WithCancel(ctx)
	var pages report.Histogram
	var r *crowd.Report
	var err error
	report.InParallel(ctx, 2, func(ctx context.Context, index int) {
		if index == 1 {
			defer stop()
			r, err = crowd.Run(ctx, c)
		} else if a.address != nil {
			h.readPages(running, &pages)
		}
	})
	return Regular{r, pages.Summary()}, err
}

// readPages reads the newest votes as a host does, until ctx ends.
func (h *hub) readPages(ctx context.Context, pages *report.Histogram) {
	host := h.visitor(regularAddress, h.Admin, 2)
	defer host.close()
	for report.Wait(ctx, pageEvery) == nil {
		began := time.Now()
		host.get(context.WithoutCancel(ctx), http.MethodGet, "/api/votes?limit=10&session_id="+strconv.Itoa(int(h.Session)), "")
		pages.Record(time.Since(began))
	}
}
