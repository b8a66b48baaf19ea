package hooks

import (
	"context"
	"fmt"
	"io"
	"time"

	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/latency"
)

// Report is what a crash run came to. It is a good run when Findings is empty.
type Report struct {
	Kills    int `json:"kills"`
	Webhooks int `json:"webhooks"`
	Votes    int `json:"votes"`
	// Settled is how long the end took until nothing waited, in seconds.
	Settled float64         `json:"settled_s"`
	Restart latency.Summary `json:"start_to_ready"`
	judge.Verdict
}

// Err is nil for a good run.
func (r *Report) Err() error {
	if r.Count > 0 {
		return fmt.Errorf("%d findings, the first: %s", r.Count, r.Findings[0])
	}
	if r.Accepted == 0 {
		return fmt.Errorf("nothing was delivered: the run proves nothing")
	}
	return nil
}

// report judges the run, then stops the server and verifies its data.
func (c *ordeal) report(ctx context.Context, waited time.Duration) (*Report, error) {
	s, err := c.story(ctx)
	if err != nil {
		return nil, err
	}
	s.Lives[len(s.Lives)-1].Ended = time.Now().UnixNano()
	r := &Report{
		Kills: len(c.lives) - 1, Webhooks: len(c.hooks), Votes: c.votes, Settled: waited.Seconds(),
		Restart: c.restarts.Summary(), Verdict: judge.Judge(s),
	}
	if err := c.server.Stop(stopWithin); err != nil {
		r.add("SIGTERM: %v", err)
	}
	if err := c.server.Verify(ctx); err != nil && ctx.Err() == nil {
		r.add("%v", err)
	}
	if want := r.Events - len(c.ids); r.Votes > want {
		r.add("%d votes were acknowledged, the log has %d events", r.Votes, r.Events)
	}
	return r, ctx.Err()
}

func (r *Report) add(format string, args ...any) {
	r.Findings = append(r.Findings, fmt.Sprintf(format, args...))
	r.Count++
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	text := fmt.Sprintf("kills      %d\nevents     %d, of %d votes\ndeliveries %d accepted by %d webhooks, %d dead, %d requests not accepted\n"+
		"doubles    %d\nlost       %d\ndisordered %d\nwrong      %d\nrestart    %v\nresumed    %v after ready\nsettled    %.1f s\n",
		r.Kills, r.Events, r.Votes, r.Accepted, r.Webhooks, r.Dead, r.Refused, r.Doubles, r.Lost, r.Disordered, r.Unsigned, r.Restart, r.Resumed, r.Settled)
	for _, f := range r.Findings {
		text += "FINDING    " + f + "\n"
	}
	_, err := fmt.Fprintf(w, "%sjudge      %d findings\n", text, r.Count)
	return err
}
