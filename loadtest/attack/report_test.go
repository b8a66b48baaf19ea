package attack

import (
	"strings"
	"testing"

	"partyline/loadtest/crowd"
	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
)

// fine is a run of honest voters that felt nothing.
func fine() *crowd.Report {
	return &crowd.Report{Votes: oracle.Counts{Sent: 10, Acknowledged: 10}, Ack: report.Summary{Count: 10, P99: 5}, Errors: map[string]int{}}
}

func TestVerdicts(t *testing.T) {
	sheds, holds := attack{name: "a storm", sheds: true}, attack{name: "a flood"}
	for name, c := range map[string]struct {
		attack attack
		spoil  func(during, after *crowd.Report)
		want   string // in the fault, "" for none
	}{
		"withstood":           {holds, func(_, _ *crowd.Report) {}, ""},
		"slow":                {holds, func(d, _ *crowd.Report) { d.Ack.P99 = 1001 }, "waited 1001 ms"},
		"slow in a storm":     {sheds, func(d, _ *crowd.Report) { d.Ack.P99 = 1001 }, ""},
		"slow afterwards":     {sheds, func(_, a *crowd.Report) { a.Ack.P99 = 251 }, "after the attack"},
		"refused":             {holds, func(d, _ *crowd.Report) { d.Errors["503 overloaded"] = 1 }, "503 overloaded"},
		"refused in a storm":  {sheds, func(d, _ *crowd.Report) { d.Errors["503 overloaded"] = 1 }, ""},
		"lost in a storm":     {sheds, func(d, _ *crowd.Report) { d.Errors["500 internal"] = 1 }, "500 internal"},
		"refused afterwards":  {sheds, func(_, a *crowd.Report) { a.Errors["503 overloaded"] = 1 }, "after"},
		"an event lost":       {holds, func(d, _ *crowd.Report) { d.FindingCount, d.Findings = 1, []string{"a gap"} }, "a gap"},
		"memory without end":  {holds, func(d, _ *crowd.Report) { d.Cost.HighRSS = 1025 }, "1025 MiB"},
		"nothing was taken":   {holds, func(d, _ *crowd.Report) { d.Votes.Acknowledged = 0 }, "none of 10 votes"},
		"memory up to a gibi": {holds, func(d, _ *crowd.Report) { d.Cost.HighRSS = 1024 }, ""},
	} {
		during, after := fine(), fine()
		c.spoil(during, after)
		v := &Verdict{Attack: c.attack.name}
		v.look(c.attack, during, after)
		got := strings.Join(v.Faults, "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := (&Report{Verdicts: []*Verdict{v}}).Err(); (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAttackersMustMeet(t *testing.T) {
	for _, c := range []struct {
		attack string
		met    map[string]int
		long   bool
		well   bool
	}{
		{"slow-headers", map[string]int{"ended": slowClients}, false, true},
		{"slow-headers", map[string]int{"ended": slowClients - 1, "stayed": 1}, false, false},
		{"slow-bodies", map[string]int{"stayed": slowClients}, false, true},
		{"slow-bodies", map[string]int{"stayed": slowClients}, true, false},
		{"silent-sockets", map[string]int{"closed 4001": slowClients}, false, true},
		{"silent-sockets", map[string]int{"ended": slowClients}, false, false},
		{"non-reading-screens", map[string]int{"closed 4008": deafClients - 5, "ended": 5}, false, true},
		{"overload", map[string]int{"200": 10, "429": 5, "503": 6}, false, true},
		{"overload", map[string]int{"200": 10, "429": 5}, false, false},
		{"overload", map[string]int{"503": 10}, false, false},
	} {
		chosen, err := choose(attacks, func(a attack) string { return a.name }, []string{c.attack})
		if err != nil {
			t.Fatal(err)
		}
		if f := chosen[0].fault(c.met, c.long); (f == "") != c.well {
			t.Errorf("%s, %v, long %v: %q", c.attack, c.met, c.long, f)
		}
	}
}
