package attack

import (
	"fmt"
	"io"
	"time"

	"partyline/loadtest/report"
)

// Bounds that every attack is held to. They are for two cores that attackers and
// server share: wide enough for a noisy machine, far below what a server that fails looks like.
const (
	// maxWait is the longest p99 of a regular vote's answer during an attack.
	maxWait = time.Second
	// maxWaitOverload is the same where several times too many votes come: 16,384 commands
	// that wait are a quarter of a second of work, and the attackers take half of the machine.
	maxWaitOverload = 4 * time.Second
	// maxWaitAfter is the longest p99 afterwards.
	maxWaitAfter = 250 * time.Millisecond
	// maxRSS in bytes: a million votes at once take 700 MiB of it.
	maxRSS = 1 << 30
)

// Verdict is the outcome of one attack. It was withstood when Faults is empty.
type Verdict struct {
	Attack string         `json:"attack"`
	Met    map[string]int `json:"met"`
	// Taken is the latency of the attackers' votes that were taken.
	Taken report.Summary `json:"attackers_vote_to_answer"`
	// Alone, During and After are of regular users, before, during and after the attack.
	Alone  Regular   `json:"alone"`
	During Regular   `json:"during"`
	After  Regular   `json:"after"`
	Before Resources `json:"before"`
	Left   Resources `json:"left"`
	Faults []string  `json:"faults"`
}

func (v *Verdict) fault(format string, args ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
}

// judge checks what regular users and the attackers met against the bounds.
func (v *Verdict) judge(a attack, long bool) {
	for when, h := range map[string]Regular{"during": v.During, "after": v.After} {
		if err := h.Err(); err != nil {
			v.fault("regular voters, %s: %v", when, err)
		}
	}
	for kind, n := range v.During.Errors {
		if !a.sheds || kind != "503 overloaded" && kind != "429 too_many_requests" {
			v.fault("regular voters, during: %d × %s", n, kind)
		}
	}
	if len(v.After.Errors) > 0 {
		v.fault("regular voters, after: %v", v.After.Errors)
	}
	most := maxWait
	if a.sheds {
		most = maxWaitOverload
	}
	if ms := float64(most.Milliseconds()); v.During.Ack.P99 > ms {
		v.fault("regular voters waited %.0f ms at p99, at most %.0f are allowed", v.During.Ack.P99, ms)
	}
	if ms := float64(maxWaitAfter.Milliseconds()); v.After.Ack.P99 > ms {
		v.fault("after the attack regular voters waited %.0f ms at p99, at most %.0f are allowed", v.After.Ack.P99, ms)
	}
	if v.During.Cost.HighRSS > report.MiB(int64(maxRSS)) {
		v.fault("%.0f MiB of memory, at most %d are allowed", v.During.Cost.HighRSS, maxRSS>>20)
	}
	if a.fault != nil {
		if f := a.fault(v.Met, long); f != "" {
			v.fault("%s: %v", f, v.Met)
		}
	}
}

// Report is the outcome of all attacks.
type Report struct {
	Verdicts []*Verdict `json:"verdicts"`
	// Ends are why servers did not stop as they should.
	Ends []string `json:"ends"`
}

// Err is nil when everything was withstood.
func (r *Report) Err() error {
	for _, v := range r.Verdicts {
		if len(v.Faults) > 0 {
			return fmt.Errorf("%s: %s", v.Attack, v.Faults[0])
		}
	}
	if len(r.Ends) > 0 {
		return fmt.Errorf("after the attacks: %s", r.Ends[0])
	}
	return nil
}

// Write prints the report as a table in Markdown.
func (r *Report) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	p.Line("| attack | votes alone p50 / p99 | under attack | p99 × | afterwards | vote → screen | host's page p99, alone → under | attackers met | their votes | regular votes refused | RSS MiB before → peak | cores | sockets | goroutines |")
	p.Line("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, v := range r.Verdicts {
		p.Line("| %s | %s | %s | %.1f | %s | %s | %.1f → %.1f ms | %s | %s | %s | %.0f → %.0f | %.2f | %d → %d | %d → %d |", v.Attack,
			quantiles(v.Alone.Ack), quantiles(v.During.Ack), report.Ratio(v.During.Ack.P99, v.Alone.Ack.P99), quantiles(v.After.Ack), quantiles(v.During.Show),
			v.Alone.Pages.P99, v.During.Pages.P99, report.Counts(v.Met), quantiles(v.Taken), report.Counts(v.During.Errors),
			report.MiB(v.Before.RSS), v.During.Cost.HighRSS, v.During.Cost.ServerCores, v.Before.Sockets, v.Left.Sockets, v.Before.Goroutines, v.Left.Goroutines)
	}
	for _, v := range r.Verdicts {
		for _, f := range v.Faults {
			p.Line("FAULT %s: %s", v.Attack, f)
		}
	}
	return p.Err()
}

// quantiles are the median and the 99th percentile, "none" of nothing.
func quantiles(s report.Summary) string {
	if s.Count == 0 {
		return "none"
	}
	return fmt.Sprintf("%.1f / %.1f ms", s.P50, s.P99)
}
