package attack

import (
	"context"
	"fmt"
	"time"
)

// attack is one way to hurt a server.
type attack struct {
	name string
	// short is how long it lasts in CI, long where every timeout is to be reached.
	short, long time.Duration
	// run attacks until ctx ends, and counts what its clients meet.
	run func(ctx context.Context, t *attackers) error
	// sheds means that regular voters may be told to come again, too.
	sheds bool
	// fault returns what is wrong with what the attackers met, "" for nothing. Long means that
	// there was time for every timeout.
	fault func(met map[string]int, long bool) string

	// address is for an attack from addresses, nil for one from loopback, which is exempt from
	// limits per address.
	address *addressAttack
}

// addressAttack is what an attack needs by somebody who has an address, or a network of them, and
// at most a guest's or a viewer's token.
type addressAttack struct {
	// slowDisk delays every sync of the server's disk, with strace.
	slowDisk time.Duration
	// https has the server speak TLS, on an address of this machine that is not loopback.
	https bool
	// prepare is called before anything is measured; nil for nothing.
	prepare func(ctx context.Context, h *hub) error
}

var attacks = []attack{
	{name: "slow-connections", short: 14 * time.Second, long: 75 * time.Second, run: slowConnections, fault: slowFault},
	{name: "non-reading-screens", short: 16 * time.Second, long: 60 * time.Second, run: nonReadingScreens, fault: allEnded(nonReading, "")},
	{name: "ping-flood", short: 6 * time.Second, long: 30 * time.Second, run: pingFlood},
	{name: "fragment-flood", short: 6 * time.Second, long: 30 * time.Second, run: fragmentFlood},
	{name: "message-flood", short: 6 * time.Second, long: 30 * time.Second, run: messageFlood, fault: someMet("closed 4009")},
	{name: "subscribe-flood", short: 6 * time.Second, long: 30 * time.Second, run: subscribeFlood, fault: someMet("subscribed")},
	{name: "many-names", short: 6 * time.Second, long: 30 * time.Second, run: manyNames, fault: someMet("200")},
	{name: "overload", short: 8 * time.Second, long: 60 * time.Second, run: overload, sheds: true, fault: shed},

	fromAddress("docs-bundle", 8, hammer(64, "/docs/swagger-ui-bundle.js"), addressAttack{}),
	fromAddress("session-list", 8, hammer(32, "/api/sessions"), addressAttack{prepare: manySessions}),
	fromAddress("metrics", 8, hammer(64, "/metrics"), addressAttack{}),
	fromAddress("qr-pictures", 8, hammer(64, "/vote/222222/qr.svg"), addressAttack{}),
	fromAddress("unread-answers", 15, unreadAnswers, addressAttack{}),
	fromAddress("guest-reads", 10, guestReads, addressAttack{}),
	fromAddress("code-guesses", 8, guessCodes, addressAttack{}),
	fromAddress("hoarded-devices", 15, hoardedDevices, addressAttack{prepare: secondSession}),
	fromAddress("name-search", 10, searchNames, addressAttack{prepare: manyVotes}),
	fromAddress("tls-handshakes", 8, tlsHandshakes, addressAttack{https: true}),
	fromAddress("full-admission", 15, fillAdmission, addressAttack{slowDisk: 500 * time.Millisecond}),
}

func fromAddress(name string, seconds time.Duration, run func(context.Context, *attackers) error, a addressAttack) attack {
	return attack{name: name, short: seconds * time.Second, long: seconds * time.Second, run: run, address: &a}
}

// find is the attack of that name.
func find(name string) (attack, error) {
	for _, a := range attacks {
		if a.name == name {
			return a, nil
		}
	}
	return attack{}, fmt.Errorf("no attack is called %q", name)
}

// choose returns the named attacks or, without a name, all from addresses or all others.
func choose(names []string, addresses bool) (chosen []attack, err error) {
	for _, name := range names {
		a, err := find(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, a)
	}
	for _, a := range attacks {
		if len(names) == 0 && (a.address != nil) == addresses {
			chosen = append(chosen, a)
		}
	}
	return chosen, nil
}

// allEnded wants the server to have closed n connections, counted with that prefix.
func allEnded(n int, prefix string) func(map[string]int, bool) string {
	return func(met map[string]int, _ bool) string {
		if met[prefix+"stayed"] > 0 || met[prefix+"ended"]+met[prefix+"closed 4008"] < n {
			return "the server did not end all of the attackers' connections"
		}
		return ""
	}
}

func someMet(kind string) func(map[string]int, bool) string {
	return func(met map[string]int, _ bool) string {
		if met[kind] == 0 {
			return "none of the attackers met: " + kind
		}
		return ""
	}
}

// shed wants some votes to be taken, and some to be refused.
func shed(met map[string]int, _ bool) string {
	switch {
	case met["200"] == 0:
		return "no vote was taken"
	case met["503"] == 0:
		return "no vote was refused: that was no overload"
	}
	return ""
}
