package growth

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

// Report is the outcome of a run. It is a good one when Err is nil.
type Report struct {
	// Runs are that of the program, behind that of the program before if there was one.
	Runs []*Growth `json:"runs"`
}

// Growth is how one program has grown.
type Growth struct {
	Name   string  `json:"name"`
	Tenths []Tenth `json:"tenths"`
	// Verify is how long partyline verify takes in the end, in seconds.
	Verify float64 `json:"verify_s"`
	// Stats is what partyline stats says of the folder in the end.
	Stats string `json:"stats"`
	report.Found
}

// Err is nil when nothing has grown that must not. The program before is not judged.
func (r *Report) Err() error { return r.Runs[len(r.Runs)-1].Err() }

// Run grows the folders, in turn a tenth of each, so that both are measured on the same
// machine. The error is for a run that could not go on; what has grown is in the report.
func Run(ctx context.Context, o Options) (r *Report, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	r = &Report{}
	var hubs []*hub
	defer func() {
		for _, h := range hubs {
			err = errors.Join(err, h.close())
		}
	}()
	for _, p := range []struct{ name, binary string }{{"before", o.Before}, {"now", o.Binary}} {
		if p.name == "before" && p.binary == "" {
			continue
		}
		h, err := open(ctx, o, p.binary, p.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		hubs, r.Runs = append(hubs, h), append(r.Runs, &Growth{Name: p.name})
	}
	return r, r.grow(ctx, o, hubs)
}

func (r *Report) grow(ctx context.Context, o Options, hubs []*hub) error {
	began := time.Now()
	for n := 1; n <= Tenths; n++ {
		for i, h := range hubs {
			t, err := h.tenth(ctx, n)
			if err != nil {
				return fmt.Errorf("%s, tenth %d: %w", r.Runs[i].Name, n, err)
			}
			r.Runs[i].Tenths = append(r.Runs[i].Tenths, t)
		}
		o.Say("tenth %d after %v", n, time.Since(began).Round(time.Second))
		if err := r.table(o.Tables, n-1, n-1); err != nil {
			return err
		}
	}
	for i, h := range hubs {
		if err := r.Runs[i].finish(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// finish has the program look at its folder for the last time, and judges.
func (g *Growth) finish(ctx context.Context, h *hub) error {
	if err := h.server.Stop(target.StopWithin); err != nil {
		return err
	}
	began := time.Now()
	if err := h.server.Verify(ctx); err != nil {
		return err
	}
	g.Verify = time.Since(began).Seconds()
	stats, err := exec.CommandContext(ctx, h.server.Binary, "stats", h.server.Data).Output()
	if err != nil {
		stats = []byte("no stats: " + err.Error()) // an older program has none
	}
	g.Stats, g.Found = string(stats), judge(g.Tenths, h.o.MostRead)
	return nil
}
