package house

// Partyline is the rules of this house. docs/architecture.md tells the story of
// the rooms; this table is what holds.
func Partyline() Rules {
	return Rules{
		Module:     "partyline",
		TopLevel:   []string{"cmd", "actors", "protocol", "gateway", "persistence", "loadtest", "docs", "go.mod", "go.sum", "README.md"},
		Rooms:      rooms,
		Libraries:  libraries,
		Goroutines: goroutines,
		Long:       map[string]string{},
	}
}

// hearts are pure: no actor, no disk, no clock, no network.
var hearts = []string{"actors/session", "actors/catalogue", "actors/standings", "actors/access"}

var rooms = []Room{
	{Path: "protocol"},
	{Path: "persistence"},
	{Path: "actors/session", May: []string{"protocol"}},
	{Path: "actors/catalogue", May: []string{"protocol"}},
	{Path: "actors/access", May: []string{"protocol"}},
	{Path: "actors/standings", May: []string{"protocol", "actors/session"}},
	{Path: "actors/feed", May: []string{"protocol"}},
	{Path: "actors", May: append([]string{"protocol", "persistence", "actors/feed"}, hearts...)},
	{Path: "gateway", May: append([]string{"protocol", "actors", "actors/feed"}, hearts...)},
	{Path: "loadtest", May: []string{"protocol"}},
	{Path: "cmd", May: []string{"protocol", "persistence", "actors", "gateway", "loadtest"}},
}

var libraries = []Library{
	{"github.com/asynkron/protoactor-go", []string{"actors"}},
	{"github.com/dgraph-io/badger/v4", []string{"persistence/badger"}},
	{"github.com/coder/websocket", []string{"gateway", "loadtest"}},
	{"github.com/golang-jwt/jwt/v5", []string{"gateway"}},
	{"golang.org/x/time", []string{"gateway", "loadtest"}},
	{"golang.org/x/sys", []string{"gateway", "persistence/badger", "loadtest"}},
	{"github.com/rs/zerolog", []string{"cmd", "gateway", "actors", "persistence"}},
	{"github.com/alecthomas/kong", []string{"cmd", "loadtest"}},
	{"go.opentelemetry.io/otel", []string{"cmd"}},
	{"go.opentelemetry.io/otel/metric", []string{"cmd", "gateway", "actors"}},
	{"go.opentelemetry.io/otel/attribute", []string{"cmd", "gateway", "actors"}},
	{"github.com/prometheus/client_golang", []string{"cmd"}},
	{"pgregory.net/rapid", []string{"persistence/journaltest"}},
}

// goroutines are the files that start one: whose it is and what ends it.
var goroutines = map[string]string{
	"persistence/committer/committer.go": "the committer, ended by Close",
}
