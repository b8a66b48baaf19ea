package house

// Partyline are the rules of this project. docs/architecture.md describes the packages; this
// table is what holds.
func Partyline() Rules {
	return Rules{
		Module:     "partyline",
		TopLevel:   []string{"cmd", "actors", "protocol", "gateway", "persistence", "loadtest", "docs", "go.mod", "go.sum", "README.md"},
		Packages:   packages,
		Libraries:  libraries,
		Goroutines: goroutines,
		Long:       map[string]string{},

		LargePackages: largePackages,
		Architecture:  "docs/architecture.md",
	}
}

// rules are pure: no actor, no disk, no clock, no network.
var rules = []string{"actors/rules/session", "actors/rules/session/fact", "actors/rules/catalogue", "actors/rules/standings", "actors/rules/access", "actors/rules/webhook"}

var packages = []PackageRule{
	{Path: "protocol"},

	{Path: "persistence"},
	{Path: "persistence/committer", May: []string{"persistence"}},
	{Path: "persistence/badger/layout", May: []string{"persistence"}},
	{Path: "persistence/badger/preflight", May: []string{"persistence", "persistence/badger/layout"}},
	{Path: "persistence/badger/database", May: []string{"persistence", "persistence/badger/layout", "persistence/badger/preflight"}},
	{Path: "persistence/badger/verify", May: []string{"persistence", "persistence/badger/layout", "persistence/badger/database"}},
	{Path: "persistence/badger/stats", May: []string{"persistence/badger/layout", "persistence/badger/database"}},
	{Path: "persistence/badger/backup", May: []string{"persistence", "persistence/badger/layout", "persistence/badger/database"}},
	{Path: "persistence/badger", May: []string{"persistence", "persistence/committer", "persistence/badger/layout", "persistence/badger/preflight",
		"persistence/badger/database", "persistence/badger/verify", "persistence/badger/stats", "persistence/badger/backup"}},
	{Path: "persistence/memory", May: []string{"persistence", "persistence/committer"}},
	{Path: "persistence/journaltest", May: []string{"persistence", "persistence/committer"}},

	{Path: "actors/codec", May: nil},
	{Path: "actors/codec/codectest", May: []string{"actors/codec"}},
	{Path: "actors/rules/session/fact", May: []string{"protocol", "actors/codec"}},
	{Path: "actors/rules/session", May: []string{"protocol", "actors/codec", "actors/rules/session/fact"}},
	{Path: "actors/rules/catalogue", May: []string{"protocol", "actors/codec"}},
	{Path: "actors/rules/access", May: []string{"protocol", "actors/codec"}},
	{Path: "actors/rules/standings", May: []string{"protocol", "actors/codec", "actors/rules/session", "actors/rules/session/fact"}},
	{Path: "actors/rules/webhook", May: []string{"protocol", "actors/codec"}},
	{Path: "actors/feed", May: []string{"protocol"}},
	{Path: "actors/queue"},
	{Path: "actors/runtime", May: []string{"actors/queue"}},
	{Path: "actors/admission", May: []string{"protocol"}},
	{Path: "actors/ledger", May: []string{"protocol", "persistence", "actors/queue", "actors/runtime", "actors/admission"}},
	{Path: "actors/sessions", May: []string{"protocol", "persistence", "actors/feed", "actors/runtime", "actors/admission", "actors/ledger", "actors/rules/session", "actors/rules/session/fact"}},
	{Path: "actors/routing", May: []string{"protocol", "persistence", "actors/queue", "actors/runtime", "actors/ledger", "actors/rules/webhook"}},
	{Path: "actors/delivery", May: []string{"protocol", "persistence", "actors/runtime", "actors/admission", "actors/ledger", "actors/routing", "actors/rules/webhook"}},
	{Path: "actors/voteindex", May: []string{"protocol", "persistence", "actors/codec", "actors/rules/session/fact"}},
	{Path: "actors/projection", May: []string{"protocol", "persistence", "actors/runtime", "actors/ledger", "actors/rules/session/fact", "actors/sessions", "actors/rules/standings", "actors/voteindex"}},
	{Path: "actors/history", May: []string{"protocol", "persistence", "actors/admission", "actors/ledger", "actors/rules/session", "actors/rules/session/fact", "actors/sessions", "actors/projection", "actors/voteindex"}},
	{Path: "actors/retention", May: []string{"protocol", "persistence", "actors/runtime", "actors/ledger", "actors/rules/access", "actors/rules/session", "actors/rules/session/fact", "actors/rules/standings", "actors/sessions", "actors/projection", "actors/history"}},
	{Path: "actors/usage", May: []string{"protocol", "actors/ledger", "actors/routing", "actors/rules/session/fact", "actors/sessions"}},
	{Path: "actors", May: append([]string{"protocol", "persistence", "actors/delivery", "actors/feed", "actors/queue", "actors/runtime", "actors/admission", "actors/ledger", "actors/sessions", "actors/projection", "actors/history", "actors/voteindex", "actors/retention"}, rules...)},

	{Path: "gateway/fanout", May: []string{"protocol", "actors/feed", "actors/queue", "gateway/limit"}},
	{Path: "gateway/ssrf"},
	{Path: "gateway/outbound", May: []string{"protocol", "actors/rules/webhook", "gateway/ssrf"}},
	{Path: "gateway/ecast", May: []string{"protocol", "actors/rules/session", "actors/rules/session/fact", "gateway/ssrf"}},
	{Path: "gateway/screen"},
	{Path: "gateway/contract", May: []string{"protocol"}},
	{Path: "gateway/clientaddr"},
	{Path: "gateway/limit", May: []string{"protocol", "gateway/clientaddr"}},
	{Path: "gateway/decode", May: []string{"protocol"}},
	{Path: "gateway/auth", May: []string{"protocol", "gateway/clientaddr"}},
	{Path: "gateway/api", May: []string{"protocol", "actors", "actors/admission", "actors/rules/catalogue", "gateway/auth", "gateway/decode", "gateway/limit", "gateway/screen"}},
	{Path: "gateway/keepalive", May: []string{"gateway/limit"}},
	{Path: "gateway/rest", May: []string{"protocol", "actors/admission", "gateway/api", "gateway/auth", "gateway/clientaddr", "gateway/keepalive", "gateway/limit", "gateway/screen"}},
	{Path: "gateway/ws", May: []string{"protocol", "actors/admission", "gateway/api", "gateway/auth", "gateway/clientaddr", "gateway/decode", "gateway/fanout", "gateway/limit"}},
	{Path: "gateway", May: []string{"protocol", "gateway/api", "gateway/auth", "gateway/fanout", "gateway/keepalive", "gateway/limit", "gateway/rest", "gateway/ws"}},

	// The client knows what everybody knows of a hub. The product does not import loadtest:
	// what measures and kills it must not become part of it; cmd/dev is no product.
	{Path: "protocol/client", May: []string{"protocol"}},
	{Path: "loadtest", May: []string{"protocol", "protocol/client"}},
	{Path: "cmd/dev", May: []string{"loadtest"}},
	{Path: "cmd", May: []string{"protocol", "protocol/client", "persistence", "persistence/committer", "persistence/badger", "actors", "actors/codec", "actors/usage",
		"gateway", "gateway/fanout", "gateway/outbound", "gateway/ecast"}},
}

var libraries = []Library{
	{"github.com/asynkron/protoactor-go", []string{"actors"}},
	{"github.com/dgraph-io/badger/v4", []string{"persistence/badger"}},
	{"github.com/klauspost/compress", []string{"persistence/badger/layout"}},
	{"github.com/dchest/siphash", []string{"actors/rules/session"}},
	{"github.com/coder/websocket", []string{"gateway/ecast", "gateway/fanout", "protocol/client", "loadtest"}},
	{"github.com/golang-jwt/jwt/v5", []string{"gateway/auth"}},
	{"golang.org/x/time", []string{"gateway/limit", "gateway/rest"}},
	{"code.dny.dev/ssrf", []string{"gateway/ssrf"}},
	{"github.com/getkin/kin-openapi", []string{"gateway/contract"}},
	{"go.yaml.in/yaml/v4", []string{"gateway/contract", "gateway/rest"}},
	{"github.com/piglig/go-qr", []string{"gateway/screen"}},
	{"github.com/swaggest/swgui", []string{"gateway/rest"}},
	{"github.com/rs/zerolog", []string{"cmd", "gateway", "actors", "persistence"}},
	{"github.com/alecthomas/kong", []string{"cmd", "loadtest/cmd"}},
	{"filippo.io/age", []string{"cmd"}},
	{"go.opentelemetry.io/otel", []string{"cmd"}},
	{"go.opentelemetry.io/otel/metric", []string{"cmd", "gateway", "actors"}},
	{"go.opentelemetry.io/otel/attribute", []string{"cmd", "gateway", "actors"}},
	{"github.com/prometheus/client_golang", []string{"cmd"}},
	{"github.com/prometheus/procfs", []string{"loadtest/target"}},
	{"github.com/google/go-cmp", []string{"actors/codec/codectest"}},
}

// goroutines are the files that start one: whose it is and what ends it.
var goroutines = map[string]string{
	"persistence/committer/committer.go":     "the one committer of a journal; Close ends it",
	"persistence/badger/preflight/tables.go": "checks tables when a folder is opened; waited for",
	"persistence/badger/database/pages.go":   "releases mapped pages every two seconds; Close ends it",

	"actors/voteindex/flush.go":           "writes one batch of an index, one at a time; ends with the write, and the end of the projection waits for it",
	"actors/projection/votes.go":          "builds an index of the vote history; the end of the projection ends it and waits",
	"actors/delivery/inflight.go":         "webhook attempts under way, one each, bounded by maxAttemptTime; the end of the hub waits for them",
	"actors/sessions/roomobservations.go": "observations of rooms, one for each check that runs; stop ends one, the end of the hub all, and waits for them",
	"actors/runtime/ticker.go":            "calls every actor once a second; the hub's Close ends it",
	"actors/runtime/stop.go":              "waits for actors that end with the hub, no longer than its Close may take; left behind only by a disk that hangs",
	"actors/runtime/dispatcher.go":        "runs mailboxes; trim and stop end those that are idle",

	"gateway/ecast/sidecheck.go": "reads one connection to a room, and checks the room beside it now and then; both end with the connection, and the observation waits for them",
	"gateway/ws/workers.go":      "requests of one WebSocket that wait for an answer; bounded per connection, each ends with its answer",
	"gateway/ws/closesockets.go": "closes expired and revoked sockets; Close ends it",
	"gateway/fanout/engine.go":   "all goroutines of the fan-out engine, counted and recovered in one place; Close waits for them",

	"cmd/partyline/serve.go":         "http.Server.Serve, from before the data folder is open; ends at Shutdown or Close, and close waits for it; and the close of the journal, left behind only by a disk that hangs",
	"cmd/partyline/metricsserver.go": "http.Server.Serve of the metrics' own address; ends at Close, and close waits for it",
	"cmd/partyline/demo.go":          "the demo's own server; ends with its context and is waited for",
	"cmd/partyline/demo/screen.go":   "the demo's screen; ends with its context",

	"protocol/client/requestsocket.go": "reads the answers of one connection; ends with it",
	"protocol/client/socket.go":        "pings one connection; ends with it",

	"loadtest/crash/run.go":          "writers, hosts and voters of polls; the end of the load waits for them",
	"loadtest/crash/writer.go":       "votes of one writer that are on their way at once; waited for",
	"loadtest/watch/screens.go":      "screens; Close ends them and waits",
	"loadtest/crowd/run.go":          "samples the server's memory; ends with the voting",
	"loadtest/crowd/request.go":      "reads the answers of one pipelined connection; ends with it",
	"loadtest/crowd/source.go":       "the schedule of an open loop; ends with it",
	"loadtest/crowd/voter.go":        "voters; end with the source",
	"loadtest/receiver/receiver.go":  "the webhook receiver's http.Server.Serve; Close ends it and waits",
	"loadtest/report/parallel.go":    "calls at the same time; waited for",
	"loadtest/scenario/samples.go":   "looks at the server while k6 runs; ends with its end",
	"loadtest/attack/votes.go":       "votes in the session of screens that do not read, waited for; and reads the answers of an overloading connection",
	"loadtest/attack/flood.go":       "reads what a flooded connection says; ends with it",
	"loadtest/attack/guests.go":      "reads the answers of a guest that asks; ends with the connection and is waited for",
	"loadtest/attack/run.go":         "waits for the process of attackers",
	"loadtest/attack/slow.go":        "reads what a slow connection is told; ends with it",
	"loadtest/attack/tls.go":         "the proxy that speaks TLS for honest users; ends with the server",
	"loadtest/target/server.go":      "waits for the real program to end",
	"loadtest/wire/watcher_linux.go": "pollers of thousands of screens; Close ends them",

	"cmd/dev/released/sessions.go": "admins who change a webhook at once; waited for",

	"persistence/journaltest/life.go":    "a test that is no _test file: closes while somebody reads",
	"persistence/journaltest/read.go":    "a test that is no _test file: writes while somebody reads",
	"persistence/journaltest/writers.go": "a test that is no _test file: many writers at once",
}

// largePackages may exceed MaxFiles or MaxPackageLines.
var largePackages = map[string]string{
	"protocol":             "one file per subject of the API; a client reads one package",
	"gateway/fanout":       "one engine: connections, topics and workers share its locks",
	"actors/voteindex":     "one index: blocks, counts and postings are written, read and verified in the same forms",
	"actors/rules/session": "the rules of one state machine, which share its state",
}
