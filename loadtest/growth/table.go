package growth

import (
	"fmt"
	"io"
	"strings"

	"partyline/loadtest/report"
)

// Write prints how the last tenth compares with the second, and what has grown.
func (r *Report) Write(w io.Writer) error {
	if err := r.table(w, 1, Tenths-1); err != nil {
		return err
	}
	p := report.NewPrinter(w)
	for _, g := range r.Runs {
		p.Line("%s: partyline verify takes %.1f s\n%s", g.Name, g.Verify, g.Stats)
		p.Findings(8, g.Name, g.Found)
	}
	return p.Err()
}

// table prints tenths from and to of each run as a table in Markdown.
func (r *Report) table(w io.Writer, from, to int) error {
	var columns []Tenth
	heads, rule := "| |", "|---|"
	for _, g := range r.Runs {
		for n := from; n <= to; n += max(1, to-from) {
			t := g.Tenths[n]
			columns = append(columns, t)
			heads += fmt.Sprintf(" %s: %v votes, %v sessions |", g.Name, t.Votes, t.Sessions)
			rule += "---|"
		}
	}
	p := report.NewPrinter(w)
	p.Line("\n%s\n%s", heads, rule)
	row := func(name string, cell func(t Tenth) string) {
		line := "| " + name + " |"
		for _, t := range columns {
			line += " " + cell(t) + " |"
		}
		p.Line("%s", line)
	}
	for _, f := range columns[0].Figures {
		row(f.Name, func(t Tenth) string { return fmt.Sprintf("%.4g", t.figure(f.Name)) })
	}
	p.Line("| **read: p50 / p99 alone, p99 beside %d votes/s, ms** |%s", liveRate, strings.Repeat(" |", len(columns)))
	for _, r := range columns[len(columns)-1].Reads {
		row(r.Name, func(t Tenth) string { return t.read(r.Name).String() })
	}
	return p.Err()
}

func (r Read) String() string {
	if r.Quiet.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f / %.2f, %.2f", r.Quiet.P50, r.Quiet.P99, r.Busy.P99)
}
