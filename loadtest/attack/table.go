package attack

import (
	"context"
	"time"
)

// attack is one way to trouble a server.
type attack struct {
	name string
	// short and long are how long it lasts: in CI, and where every timeout is to be met.
	short, long time.Duration
	// run attacks until ctx ends, and tells what its clients meet, by kind.
	run func(ctx context.Context, t *attackers) error
	// sheds says that honest voters may be told to come again, too.
	sheds bool
	// fault says what is wrong with what the attackers met, "" for nothing. Long says
	// that there was time for every timeout.
	fault func(met map[string]int, long bool) string
}

var attacks = []attack{
	{name: "slow-headers", short: 13 * time.Second, long: 30 * time.Second, run: slowHeaders, fault: allEnded(slowClients)},
	{name: "slow-bodies", short: 5 * time.Second, long: 75 * time.Second, run: slowBodies, fault: endedInTime(slowClients)},
	{name: "slow-handshakes", short: 13 * time.Second, long: 30 * time.Second, run: slowHandshakes, fault: allEnded(slowClients)},
	{name: "silent-sockets", short: 14 * time.Second, long: 30 * time.Second, run: silentSockets, fault: allMet(slowClients, "closed 4001")},
	{name: "non-reading-screens", short: 16 * time.Second, long: 60 * time.Second, run: deafScreens, fault: allEnded(deafClients)},
	{name: "ping-flood", short: 6 * time.Second, long: 30 * time.Second, run: pingFlood},
	{name: "fragment-flood", short: 6 * time.Second, long: 30 * time.Second, run: fragmentFlood},
	{name: "message-flood", short: 6 * time.Second, long: 30 * time.Second, run: messageFlood, fault: someMet("closed 4009")},
	{name: "subscribe-flood", short: 6 * time.Second, long: 30 * time.Second, run: subscribeStorm, fault: someMet("subscribed")},
	{name: "many-names", short: 6 * time.Second, long: 30 * time.Second, run: manyNames, fault: someMet("200")},
	{name: "overload", short: 8 * time.Second, long: 60 * time.Second, run: tooManyVotes, sheds: true, fault: shed},
}

// allEnded wants the server to have ended every connection.
func allEnded(n int) func(map[string]int, bool) string {
	return func(met map[string]int, _ bool) string {
		if met["stayed"] > 0 || met["ended"]+met["closed 4008"] < n {
			return "the server did not end all of the attackers' connections"
		}
		return ""
	}
}

// endedInTime is allEnded where there was time for it.
func endedInTime(n int) func(map[string]int, bool) string {
	return func(met map[string]int, long bool) string {
		if long {
			return allEnded(n)(met, long)
		}
		return ""
	}
}

func allMet(n int, kind string) func(map[string]int, bool) string {
	return func(met map[string]int, _ bool) string {
		if met[kind] < n {
			return "not all of the attackers met: " + kind
		}
		return ""
	}
}

func someMet(kind string) func(map[string]int, bool) string { return allMet(1, kind) }

// shed wants votes to be taken, and others to be sent away.
func shed(met map[string]int, _ bool) string {
	switch {
	case met["200"] == 0:
		return "no vote was taken"
	case met["503"] == 0:
		return "no vote was refused: that was no overload"
	}
	return ""
}
