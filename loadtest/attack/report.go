package attack

import (
	"fmt"
	"io"

	"partyline/loadtest/crowd"
	"partyline/loadtest/report"
)

// Verdict is what came of one attack. It was withstood when Faults is empty.
type Verdict struct {
	Attack string         `json:"attack"`
	Met    map[string]int `json:"met"`
	// During and After are of the honest; Taken of the attackers' votes that were taken.
	During report.Summary `json:"honest_vote_to_answer_during"`
	Shown  report.Summary `json:"honest_vote_to_screen_during"`
	After  report.Summary `json:"honest_vote_to_answer_after"`
	Taken  report.Summary `json:"attackers_vote_to_answer"`
	// Errors are what honest voters were told during the attack.
	Errors  map[string]int `json:"honest_errors"`
	HighRSS float64        `json:"server_rss_mib_highest"`
	CPU     float64        `json:"server_cores"`
	Before  gauge          `json:"before"`
	Left    gauge          `json:"after"`
	Faults  []string       `json:"faults"`
}

func (v *Verdict) fault(format string, args ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
}

// look holds what the honest went through against the bounds.
func (v *Verdict) look(a attack, during, after *crowd.Report) {
	v.During, v.Shown, v.After = during.Ack, during.Show, after.Ack
	v.Errors, v.HighRSS, v.CPU = during.Errors, during.Cost.HighRSS, during.Cost.ServerCores
	most := maxWait
	if a.sheds {
		most = maxWaitOverload
	}
	for name, r := range map[string]*crowd.Report{"during": during, "after": after} {
		if err := r.Err(); err != nil {
			v.fault("the honest, %s: %v", name, err)
		}
	}
	for kind, n := range during.Errors {
		if !a.sheds || kind != "503 overloaded" && kind != "429 too_many_requests" {
			v.fault("the honest, during: %d × %s", n, kind)
		}
	}
	if ms := float64(most.Milliseconds()); v.During.P99 > ms {
		v.fault("the honest waited %.0f ms at p99, at most %.0f are allowed", v.During.P99, ms)
	}
	if ms := float64(maxWaitAfter.Milliseconds()); v.After.P99 > ms {
		v.fault("after the attack the honest waited %.0f ms at p99, at most %.0f are allowed", v.After.P99, ms)
	}
	if len(after.Errors) > 0 {
		v.fault("the honest, after: %v", after.Errors)
	}
	if v.HighRSS*(1<<20) > maxRSS {
		v.fault("%.0f MiB of memory, at most %d are allowed", v.HighRSS, maxRSS>>20)
	}
}

// Report is what came of a run.
type Report struct {
	Verdicts []*Verdict `json:"verdicts"`
	// End is why the server did not stop as it should, "" when it did.
	End string `json:"end"`
}

// Err is nil when everything was withstood.
func (r *Report) Err() error {
	for _, v := range r.Verdicts {
		if len(v.Faults) > 0 {
			return fmt.Errorf("%s: %s", v.Attack, v.Faults[0])
		}
	}
	if r.End != "" {
		return fmt.Errorf("after the attacks: %s", r.End)
	}
	return nil
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	p := report.NewPrinter(w)
	for _, v := range r.Verdicts {
		p.Line("%s", v.Attack)
		p.Line("  attackers met   %s", report.Counts(v.Met))
		if v.Taken.Count > 0 {
			p.Line("  votes taken     %v", v.Taken)
		}
		p.Line("  honest votes    %v", v.During)
		p.Line("  on the screen   %v", v.Shown)
		p.Line("  afterwards      %v", v.After)
		p.Line("  honest errors   %s", report.Counts(v.Errors))
		p.Line("  server          %.0f MiB at most, %.2f cores; %d → %d sockets, %d → %d goroutines", v.HighRSS, v.CPU,
			v.Before.Sockets, v.Left.Sockets, v.Before.Goroutines, v.Left.Goroutines)
		for _, f := range v.Faults {
			p.Line("  FAULT           %s", f)
		}
	}
	return p.Err()
}
