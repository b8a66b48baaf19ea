package siege

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"partyline/loadtest/crowd"
	"partyline/loadtest/latency"
)

// Verdict is what came of one attack. It was withstood when Faults is empty.
type Verdict struct {
	Attack string         `json:"attack"`
	Met    map[string]int `json:"met"`
	// During and After are of the honest; Taken of the attackers' votes that were taken.
	During latency.Summary `json:"honest_vote_to_answer_during"`
	Shown  latency.Summary `json:"honest_vote_to_screen_during"`
	After  latency.Summary `json:"honest_vote_to_answer_after"`
	Taken  latency.Summary `json:"attackers_vote_to_answer"`
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
	most := patience
	if a.sheds {
		most = besieged
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
	if ms := float64(calm.Milliseconds()); v.After.P99 > ms {
		v.fault("after the attack the honest waited %.0f ms at p99, at most %.0f are allowed", v.After.P99, ms)
	}
	if len(after.Errors) > 0 {
		v.fault("the honest, after: %v", after.Errors)
	}
	if v.HighRSS*(1<<20) > mostRSS {
		v.fault("%.0f MiB of memory, at most %d are allowed", v.HighRSS, mostRSS>>20)
	}
}

// Report is what came of a siege.
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
		return fmt.Errorf("after the siege: %s", r.End)
	}
	return nil
}

// Write prints the report for people.
func (r *Report) Write(w io.Writer) error {
	p := &printer{w: w}
	for _, v := range r.Verdicts {
		p.line("%s", v.Attack)
		for _, kind := range slices.Sorted(maps.Keys(v.Met)) {
			p.line("  attackers met   %d × %s", v.Met[kind], kind)
		}
		if v.Taken.Count > 0 {
			p.line("  votes taken     %v", v.Taken)
		}
		p.line("  honest votes    %v", v.During)
		p.line("  on the screen   %v", v.Shown)
		p.line("  afterwards      %v", v.After)
		for _, kind := range slices.Sorted(maps.Keys(v.Errors)) {
			p.line("  honest error    %d × %s", v.Errors[kind], kind)
		}
		p.line("  server          %.0f MiB at most, %.2f cores; %d → %d sockets, %d → %d goroutines", v.HighRSS, v.CPU,
			v.Before.Sockets, v.Left.Sockets, v.Before.Goroutines, v.Left.Goroutines)
		for _, f := range v.Faults {
			p.line("  FAULT           %s", f)
		}
	}
	return p.err
}

// printer remembers the first error of many writes.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
