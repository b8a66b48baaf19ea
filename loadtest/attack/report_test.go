package attack

import (
	"strings"
	"testing"

	"partyline/loadtest/crowd"
	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
)

// fine is what regular users meet who notice nothing.
func fine() Regular {
	return Regular{Report: &crowd.Report{Votes: oracle.Counts{Sent: 10, Acknowledged: 10}, Ack: report.Summary{Count: 10, P99: 5}, Errors: map[string]int{}}}
}

func TestVerdicts(t *testing.T) {
	sheds, holds := attack{name: "an overload", sheds: true}, attack{name: "a flood"}
	for name, c := range map[string]struct {
		attack attack
		spoil  func(during, after *Regular)
		want   string // in the fault, "" for none
	}{
		"withstood":              {holds, func(_, _ *Regular) {}, ""},
		"slow":                   {holds, func(d, _ *Regular) { d.Ack.P99 = 1001 }, "waited 1001 ms"},
		"slow in an overload":    {sheds, func(d, _ *Regular) { d.Ack.P99 = 1001 }, ""},
		"slow afterwards":        {sheds, func(_, a *Regular) { a.Ack.P99 = 251 }, "after the attack"},
		"refused":                {holds, func(d, _ *Regular) { d.Errors["503 overloaded"] = 1 }, "503 overloaded"},
		"refused in an overload": {sheds, func(d, _ *Regular) { d.Errors["503 overloaded"] = 1 }, ""},
		"lost in an overload":    {sheds, func(d, _ *Regular) { d.Errors["500 internal"] = 1 }, "500 internal"},
		"refused afterwards":     {sheds, func(_, a *Regular) { a.Errors["503 overloaded"] = 1 }, "after"},
		"an event lost":          {holds, func(d, _ *Regular) { d.Findings, d.FindingCount = []string{"a gap"}, 1 }, "a gap"},
		"too much memory":        {holds, func(d, _ *Regular) { d.Cost.HighRSS = 1025 }, "1025 MiB"},
		"nothing was taken":      {holds, func(d, _ *Regular) { d.Votes.Acknowledged = 0 }, "none of 10 votes"},
		"memory up to a gibi":    {holds, func(d, _ *Regular) { d.Cost.HighRSS = 1024 }, ""},
	} {
		v := &Verdict{Attack: c.attack.name, During: fine(), After: fine()}
		c.spoil(&v.During, &v.After)
		v.judge(c.attack, false)
		got := strings.Join(v.Faults, "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := (&Report{Verdicts: []*Verdict{v}}).Err(); (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// slow is what 400 clients of each kind meet when the server ends them in time.
func slow(change func(met map[string]int)) map[string]int {
	met := map[string]int{"headers ended": slowClients, "handshake ended": slowClients, "body stayed": slowClients, "silent closed 4001": slowClients}
	change(met)
	return met
}

func TestWhatAttackersMustMeet(t *testing.T) {
	for _, c := range []struct {
		attack string
		met    map[string]int
		long   bool
		well   bool
	}{
		{"slow-connections", slow(func(map[string]int) {}), false, true},
		{"slow-connections", slow(func(m map[string]int) { m["headers ended"]--; m["headers stayed"]++ }), false, false},
		{"slow-connections", slow(func(m map[string]int) { m["handshake ended"]-- }), false, false},
		{"slow-connections", slow(func(map[string]int) {}), true, false},
		{"slow-connections", slow(func(m map[string]int) { m["body ended"], m["body stayed"] = slowClients, 0 }), true, true},
		{"slow-connections", slow(func(m map[string]int) { m["silent closed 4001"], m["silent ended"] = 0, slowClients }), false, false},
		{"non-reading-screens", map[string]int{"closed 4008": nonReading - 5, "ended": 5}, false, true},
		{"overload", map[string]int{"200": 10, "429": 5, "503": 6}, false, true},
		{"overload", map[string]int{"200": 10, "429": 5}, false, false},
		{"overload", map[string]int{"503": 10}, false, false},
	} {
		a, err := find(c.attack)
		if err != nil {
			t.Fatal(err)
		}
		if f := a.fault(c.met, c.long); (f == "") != c.well {
			t.Errorf("%s, %v, long %v: %q", c.attack, c.met, c.long, f)
		}
	}
}

func TestAttacksAreChosenByNameOrKind(t *testing.T) {
	if some, err := choose([]string{"metrics", "full-admission"}, false); err != nil || len(some) != 2 || some[1].address.wrap() == nil {
		t.Errorf("%v, %v", some, err)
	}
	if _, err := choose([]string{"tickling"}, false); err == nil {
		t.Error("an attack that nobody knows was found")
	}
	here, _ := choose(nil, false)
	there, _ := choose(nil, true)
	if len(here) == 0 || len(there) == 0 || len(here)+len(there) != len(attacks) || here[0].address != nil || there[0].address == nil {
		t.Errorf("%d and %d of %d attacks", len(here), len(there), len(attacks))
	}
}

func TestTheTableShowsRatioAndAnswers(t *testing.T) {
	v := &Verdict{Attack: "flood", Alone: fine(), During: fine(), After: fine(), Met: map[string]int{"429": 7, "200": 3}, Before: Resources{RSS: 40 << 20}, Faults: []string{"slow"}}
	v.Alone.Ack, v.During.Ack, v.During.Cost.HighRSS = report.Summary{Count: 1, P50: 1, P99: 4}, report.Summary{Count: 1, P50: 2, P99: 10}, 51
	r := &Report{Verdicts: []*Verdict{v}}
	var out strings.Builder
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| flood | 1.0 / 4.0 ms | 2.0 / 10.0 ms | 2.5 | 0.0 / 5.0 ms |", "| 3 × 200, 7 × 429 | none | none | 40 → 51 |", "FAULT flood: slow\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed\n%swant %s", out.String(), want)
		}
	}
}
