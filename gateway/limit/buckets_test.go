package limit

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"partyline/protocol"
)

// TestBucketsRefillAtTheirRate goes on for longer than each burst lasts, with the rates
// that nobody has set.
func TestBucketsRefillAtTheirRate(t *testing.T) {
	g, p := NewGuests(Rates{}), NewRequests(Rates{})
	sockets := NewAddresses(&NewSockets, 0)
	for _, c := range []struct {
		name             string
		take             func(time.Time) time.Duration
		perSecond, burst int
	}{
		{"sockets", func(at time.Time) time.Duration { return sockets.Take(addr(1), at) }, 20, 500},
		{"new phones", func(at time.Time) time.Duration { return g.joins.Take(addr(1), at) }, 1, 60},
		{"guests' votes", func(at time.Time) time.Duration { return g.votes.Take(addr(1), at) }, 200, 1000},
		{"one phone", func(at time.Time) time.Duration { return g.perDevice.Take(1, at) }, 2, 5},
		{"a token", func(at time.Time) time.Duration { return p.tokens.Take(1, at) }, 10_000, 20_000},
		{"a viewer's token", func(at time.Time) time.Duration { return p.viewers.Take(reader{1, addr(1)}, at) }, 50, 5000},
		{"an address", func(at time.Time) time.Duration { return p.addresses.Take(addr(1), at) }, 500, 2000},
		{"an address's pages", func(at time.Time) time.Duration { return p.pages.Take(addr(1), at) }, 500, 10_000},
		{"measurements", func(at time.Time) time.Duration { return p.metrics.Take(addr(1), at) }, 2, 20},
	} {
		const seconds = 10
		at, let := time.Unix(1_700_000_000, 0), 0
		for range seconds * 25_000 {
			at = at.Add(time.Second / 25_000)
			if c.take(at) == 0 {
				let++
			}
		}
		if want := c.burst + seconds*c.perSecond; let < want-1 || let > want+1 {
			t.Errorf("%s: %d let through, want %d", c.name, let, want)
		}
	}
}

// TestWaitIsExact: who comes back when told is let through, and not a moment before.
func TestWaitIsExact(t *testing.T) {
	l := newBuckets[int]((&Limit{PerSecond: 0.5, Seconds: 4}).rate(0), 10)
	at := time.Unix(1_700_000_000, 0)
	for range 2 {
		if wait := l.Take(1, at); wait != 0 {
			t.Fatal("too soon:", wait)
		}
	}
	for _, c := range []struct{ passed, wait time.Duration }{{0, 2 * time.Second}, {500 * time.Millisecond, 1500 * time.Millisecond}, {1999 * time.Millisecond, time.Millisecond}, {2 * time.Second, 0}} {
		if wait := l.Take(1, at.Add(c.passed)); (wait-c.wait).Abs() > time.Microsecond || (wait == 0) != (c.wait == 0) {
			t.Errorf("after %s: %s, want %s", c.passed, wait, c.wait)
		}
	}
	if wait := l.Take(2, at); wait != 0 {
		t.Error("another waits:", wait)
	}
}

// TestBucketIsNotRefilledTwice: those who come at the same time look at the clock in
// another order than they are counted.
func TestBucketIsNotRefilledTwice(t *testing.T) {
	l := newBuckets[int]((&Limit{PerSecond: 1, Seconds: 10}).rate(0), 10)
	start := time.Unix(1_700_000_000, 0)
	let := 0
	for n := range 1000 {
		at := start.Add(time.Duration(n%2) * time.Second)
		if l.Take(1, at) == 0 {
			let++
		}
	}
	if let != 11 {
		t.Errorf("%d let through within a second, want 11", let)
	}
}

func TestBurstIsAtLeastOne(t *testing.T) {
	l := newBuckets[int]((&Limit{PerSecond: 0.001, Seconds: 4}).rate(0), 10)
	at := time.Unix(1_700_000_000, 0)
	if first, second := l.Take(1, at), l.Take(1, at); first != 0 || second < 999*time.Second {
		t.Errorf("waits: %s, %s", first, second)
	}
}

// TestFullBucketsAreForgottenFirst: whoever has used up a bucket does not get a fresh one
// because others come.
func TestFullBucketsAreForgottenFirst(t *testing.T) {
	l := newBuckets[int]((&Limit{PerSecond: 1, Seconds: 2}).rate(0), 100)
	at := time.Unix(1_700_000_000, 0)
	for n := range 99 {
		l.Take(n, at.Add(-time.Hour))
	}
	l.Take(-1, at)
	l.Take(-1, at)
	for n := range 50 {
		l.Take(100+n, at)
	}
	if l.Take(-1, at) == 0 {
		t.Error("an empty bucket was forgotten before full ones")
	}
	for n := range 1000 {
		l.Take(1000+n, at)
		l.Take(1000+n, at)
	}
	if n := len(l.byKey); n > 100 {
		t.Errorf("%d are remembered", n)
	}
}

func TestAddressesAreCountedByNetwork(t *testing.T) {
	l := NewAddresses(&Limit{PerSecond: 0.001, Seconds: 4}, 0)
	at := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		from string
		free bool
	}{
		{"2001:db8::1", true}, {"2001:db8::ffff", false}, {"2001:db8:0:1::1", true},
		{"203.0.113.1", true}, {"::ffff:203.0.113.1", false}, {"203.0.113.2", true},
		{"127.0.0.1", true}, {"127.0.0.1", true}, {"::1", true}, {"::1", true},
	} {
		if wait := l.Take(netip.MustParseAddr(c.from), at); (wait == 0) != c.free {
			t.Errorf("%s waits for %s", c.from, wait)
		}
	}
	for i := range maxAddresses + 50 {
		l.Take(addr(i), at)
	}
	if n := len(l.network.byKey); n > maxAddresses {
		t.Errorf("%d addresses", n)
	}
}

// TestSiteIsLimitedToAFewNetworks: a /48 is what anybody is given by a tunnel broker.
func TestSiteIsLimitedToAFewNetworks(t *testing.T) {
	l := NewAddresses(&Limit{PerSecond: 1, Seconds: 4}, 0)
	at, let := time.Unix(1_700_000_000, 0), 0
	network := func(site, n int) netip.Addr {
		return netip.MustParseAddr(fmt.Sprintf("2001:db8:%x:%x::1", site, n))
	}
	for n := range 1000 {
		if l.Take(network(1, n), at) == 0 {
			let++
		}
	}
	if let != 4*siteFactor {
		t.Errorf("%d let through, want %d", let, 4*siteFactor)
	}
	if l.Take(network(2, 1), at) != 0 {
		t.Error("another site waits")
	}
	if n := len(l.network.byKey); n > 4*siteFactor+1 {
		t.Errorf("%d networks are remembered of who is told to wait", n)
	}
	at = at.Add(time.Second)
	for range 100 {
		l.Take(network(1, 1), at)
	}
	if wait := l.Take(network(1, 2), at); wait != 0 {
		t.Error("what one network was refused, the site has paid for")
	}
}

// TestDebtIsPaidBack: what a request has cost beyond what was charged keeps its client
// away for as long as it takes, and nobody for longer than the most that can be owed.
func TestDebtIsPaidBack(t *testing.T) {
	l := newBuckets[int]((&Limit{PerSecond: 10, Seconds: 2}).rate(0), 10)
	at := time.Unix(1_700_000_000, 0)
	if wait := l.Charge(1, 100, at); wait != 0 {
		t.Fatal("who has used nothing is refused what is dearer than a bucket holds:", wait)
	}
	for _, c := range []struct {
		owed float64
		wait time.Duration
	}{{0, 8100 * time.Millisecond}, {20, 10100 * time.Millisecond}, {1e9, 30100 * time.Millisecond}, {-100, 20100 * time.Millisecond}, {-1e9, 0}} {
		l.Owe(1, c.owed, at)
		if wait := l.Take(1, at); (wait - c.wait).Abs() > time.Microsecond {
			t.Errorf("after %v more: %s, want %s", c.owed, wait, c.wait)
		}
	}
	for range 19 {
		if wait := l.Take(1, at); wait != 0 {
			t.Fatal("what was given back is not there:", wait)
		}
	}
	if l.Take(1, at) == 0 {
		t.Error("more was given back than a bucket holds")
	}
}

// TestBucketsInDebtAreForgottenLast: who has many addresses does not pay with new ones.
func TestBucketsInDebtAreForgottenLast(t *testing.T) {
	l := newBuckets[int]((&Limit{PerSecond: 1, Seconds: 2}).rate(0), 100)
	at := time.Unix(1_700_000_000, 0)
	l.Owe(-1, 10, at)
	for n := range 10_000 {
		l.Take(n, at)
	}
	if l.Take(-1, at) == 0 {
		t.Error("a debtor was forgotten before others")
	}
	if n := len(l.byKey); n > 100 {
		t.Errorf("%d are remembered", n)
	}
}

// TestCostIsTheRecentAverage: the first pays afterwards, the others before.
func TestCostIsTheRecentAverage(t *testing.T) {
	var p Cost
	for _, c := range []struct {
		bytes int
		then  float64
	}{{300, 1}, {4096, 1}, {40 << 10, 10}, {40 << 10, 10}, {0, 8.75}} {
		p.Observe(c.bytes)
		if got := p.Tokens(); got != c.then {
			t.Errorf("after %d bytes: %v tokens, want %v", c.bytes, got, c.then)
		}
	}
	for range 100 {
		p.Observe(300)
	}
	if p.Tokens() != 1 {
		t.Error("it stays dear:", p.Tokens())
	}
}

// TestBudgetOfEachRole looks at the buckets of tokens and addresses after one request each.
func TestBudgetOfEachRole(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	here := addr(1)
	for _, c := range []struct {
		name string
		cost *Cost
		role protocol.Role
		from netip.Addr
		pays string
	}{
		{"nobody", new(Cost), "", here, "address"},
		{"a guest", new(Cost), protocol.RoleGuest, here, "address"},
		{"a viewer", new(Cost), protocol.RoleViewer, here, "viewer"},
		{"a bot", new(Cost), protocol.RoleBot, here, "token"},
		{"an admin", new(Cost), protocol.RoleAdmin, here, "token"},
		{"what costs nothing", nil, "", here, ""},
		{"what costs nothing, by a bot", nil, protocol.RoleBot, here, ""},
		{"loopback", new(Cost), protocol.RoleBot, netip.IPv6Loopback(), ""},
	} {
		p := NewRequests(Rates{Token: 0.001, Viewer: 0.001, Address: 0.001})
		if _, err := p.Reserve(c.cost, protocol.Principal{Role: c.role}, c.from, at); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, b := range []struct {
			name string
			paid bool
		}{
			{"token", p.tokens.Take(0, at) > 0}, {"viewer", p.viewers.Take(reader{0, here}, at) > 0},
			{"address", p.addresses.Take(here, at) > 0}, {"page", p.pages.Take(here, at) > 0},
		} {
			if b.paid != (b.name == c.pays) {
				t.Errorf("%s: the %s paid: %v", c.name, b.name, b.paid)
			}
		}
	}
}

// TestCountingAllocatesNothing: it is done for every request.
func TestCountingAllocatesNothing(t *testing.T) {
	p := NewRequests(Rates{})
	at, cost := time.Unix(1_700_000_000, 0), new(Cost)
	bot, home := protocol.Principal{Role: protocol.RoleBot, Token: 7}, netip.MustParseAddr("2001:db8::1")
	n := testing.AllocsPerRun(1000, func() {
		at = at.Add(time.Millisecond)
		for _, who := range []protocol.Principal{bot, {}} {
			paid, err := p.Reserve(cost, who, home, at)
			if err != nil {
				t.Error("refused")
			}
			p.Settle(paid, 2, at)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
