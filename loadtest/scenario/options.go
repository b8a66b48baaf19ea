package scenario

import (
	"errors"
	"fmt"
	"strings"

	"partyline/loadtest/target"
)

// Options of a run.
type Options struct {
	target.Program
	Long bool `help:"The form for measuring, some minutes; without it some ten seconds."`
	// Rate, Seconds and Screens replace the script's own; 0 does not.
	Rate    int `help:"Votes, or calls, a second instead of the script's."`
	Seconds int `help:"Seconds of the main part instead of the script's."`
	Screens int `help:"Screens instead of the script's."`
	// Thresholds are added to the script's.
	Thresholds []Threshold `name:"threshold" sep:"none" help:"METRIC:EXPRESSION that must hold too, as vote_ms:p(95)<5; repeatable."`
	K6         string      `name:"k6" help:"This k6 instead of the one that loadtest/k6/go.mod names."`
	Scenario   Scenario    `kong:"-"`
	// Scripts is the folder of the scripts.
	Scripts string `kong:"-"`
}

func (o *Options) complete() error {
	if o.Rate < 0 || o.Seconds < 0 || o.Screens < 0 {
		return errors.New("rate, seconds and screens must not be negative")
	}
	return nil
}

// Threshold is what a metric of k6 must keep, in k6's terms: vote_ms and p(95)<5.
type Threshold struct {
	Metric, Expression string
}

// ParseThreshold reads METRIC:EXPRESSION. The metric may carry tags in braces.
func ParseThreshold(text string) (Threshold, error) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 1 || colon == len(text)-1 {
		return Threshold{}, fmt.Errorf("a threshold is METRIC:EXPRESSION, as vote_ms:p(95)<5, not %q", text)
	}
	return Threshold{text[:colon], text[colon+1:]}, nil
}

// UnmarshalText reads a threshold of the command line.
func (t *Threshold) UnmarshalText(text []byte) (err error) {
	*t, err = ParseThreshold(string(text))
	return err
}

// Scenario is a script and what it needs.
type Scenario struct {
	// Name is the script's, without .js.
	Name string
	// Summary describes it in one line.
	Summary string
	// Sessions are opened, each with a game being played.
	Sessions int
	// Endpoints of webhooks are registered before the script begins.
	Endpoints int
	// Flat means that memory, goroutines, files and the latency of votes must not grow.
	Flat bool
}

// Script is the file of the script.
func (s Scenario) Script() string { return s.Name + ".js" }

var scenarios = []Scenario{
	{Name: "votes", Summary: "votes by REST", Sessions: 1},
	{Name: "votes-ws", Summary: "votes by WebSocket requests, from people who come and go", Sessions: 4},
	{Name: "screens", Summary: "screens and overlays that check seq, order and totals while votes come", Sessions: 1},
	{Name: "admin", Summary: "what consoles do: a mix of all REST operations", Sessions: 1},
	{Name: "webhooks", Summary: "votes that go out to webhooks; what arrived is judged", Sessions: 2, Endpoints: 10},
	{Name: "evening", Summary: "everything at once: host, chat, polls, guests, screens, overlays, consoles, webhooks", Sessions: 1, Endpoints: 3},
	{Name: "spike", Summary: "ten times the votes within a second, and back", Sessions: 1},
	{Name: "soak", Summary: "an evening that does not end; nothing may grow", Sessions: 1, Endpoints: 3, Flat: true},
}

// Scenarios lists all, in the order of docs/load.md.
func Scenarios() []Scenario { return append([]Scenario(nil), scenarios...) }

// Find returns the scenario of that name.
func Find(name string) (Scenario, error) {
	var known []string
	for _, s := range scenarios {
		if s.Name == name {
			return s, nil
		}
		known = append(known, s.Name)
	}
	return Scenario{}, fmt.Errorf("no scenario %q; there are %s", name, strings.Join(known, ", "))
}
