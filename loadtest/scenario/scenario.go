package scenario

import (
	"fmt"
	"strings"
)

// Scenario is a script and the stage it wants.
type Scenario struct {
	// Name is the script's, without .js.
	Name string
	// Summary is one line for people.
	Summary string
	// Sessions are opened, each with a game being played.
	Sessions int
	// Endpoints of webhooks are registered before the script begins.
	Endpoints int
	// Flat says that memory, goroutines, files and the p99 of votes must not grow.
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

// Scenarios lists all, in the order in which somebody would try them.
func Scenarios() []Scenario { return append([]Scenario(nil), scenarios...) }

// Find is the scenario of that name.
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
