package gateway

import (
	"net/netip"
	"testing"
	"time"

	"partyline/protocol"
)

// TestLimitersRefillAtTheirRate goes on for longer than each burst lasts, with the rates
// that nobody has set.
func TestLimitersRefillAtTheirRate(t *testing.T) {
	o := Options{}
	g, p := newGuests(o), newPayers(o)
	visits := newAddressLimiter(o.ConnectRate, DefaultConnectRate, connectSeconds)
	for _, c := range []struct {
		name             string
		take             func(time.Time) time.Duration
		perSecond, burst int
	}{
		{"sockets", func(at time.Time) time.Duration { return visits.take(addr(1), at) }, 20, 500},
		{"new phones", func(at time.Time) time.Duration { return g.new.take(addr(1), at) }, 1, 60},
		{"guests' votes", func(at time.Time) time.Duration { return g.votes.take(addr(1), at) }, 200, 1000},
		{"one phone", func(at time.Time) time.Duration { return g.thumbs.take(1, at) }, 2, 5},
		{"a token", func(at time.Time) time.Duration { return p.tokens.take(1, at) }, 10_000, 20_000},
		{"an address", func(at time.Time) time.Duration { return p.addresses.take(addr(1), at) }, 500, 2000},
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

// TestTheWaitIsRight: who comes back when told is let through, and not a moment before.
func TestTheWaitIsRight(t *testing.T) {
	l := newLimiter[int](0.5, 4, 10)
	at := time.Unix(1_700_000_000, 0)
	for range 2 {
		if wait := l.take(1, at); wait != 0 {
			t.Fatal("too soon:", wait)
		}
	}
	for _, c := range []struct{ passed, wait time.Duration }{{0, 2 * time.Second}, {500 * time.Millisecond, 1500 * time.Millisecond}, {1999 * time.Millisecond, time.Millisecond}, {2 * time.Second, 0}} {
		if wait := l.take(1, at.Add(c.passed)); (wait-c.wait).Abs() > time.Microsecond || (wait == 0) != (c.wait == 0) {
			t.Errorf("after %s: %s, want %s", c.passed, wait, c.wait)
		}
	}
	if wait := l.take(2, at); wait != 0 {
		t.Error("another waits:", wait)
	}
}

// TestABucketIsNotFilledTwice: those who come at the same time look at the clock in
// another order than they are counted.
func TestABucketIsNotFilledTwice(t *testing.T) {
	l := newLimiter[int](1, 10, 10)
	start := time.Unix(1_700_000_000, 0)
	let := 0
	for n := range 1000 {
		at := start.Add(time.Duration(n%2) * time.Second)
		if l.take(1, at) == 0 {
			let++
		}
	}
	if let != 11 {
		t.Errorf("%d let through within a second, want 11", let)
	}
}

func TestTheLeastBurstIsOne(t *testing.T) {
	l := newLimiter[int](0.001, 4, 10)
	at := time.Unix(1_700_000_000, 0)
	if first, second := l.take(1, at), l.take(1, at); first != 0 || second < 999*time.Second {
		t.Errorf("waits: %s, %s", first, second)
	}
}

// TestFullBucketsAreForgottenFirst: whoever has used up a bucket does not get a fresh one
// because others come.
func TestFullBucketsAreForgottenFirst(t *testing.T) {
	l := newLimiter[int](1, 2, 100)
	at := time.Unix(1_700_000_000, 0)
	for n := range 99 {
		l.take(n, at.Add(-time.Hour))
	}
	l.take(-1, at)
	l.take(-1, at)
	for n := range 50 {
		l.take(100+n, at)
	}
	if l.take(-1, at) == 0 {
		t.Error("an empty bucket was forgotten before full ones")
	}
	for n := range 1000 {
		l.take(1000+n, at)
		l.take(1000+n, at)
	}
	if n := len(l.all); n > 100 {
		t.Errorf("%d are remembered", n)
	}
}

func TestAddressesAreNetworksAndLoopbackIsFree(t *testing.T) {
	l := newAddressLimiter(0.001, 1, 4)
	at := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		from string
		free bool
	}{
		{"2001:db8::1", true}, {"2001:db8::ffff", false}, {"2001:db8:0:1::1", true},
		{"203.0.113.1", true}, {"::ffff:203.0.113.1", false}, {"203.0.113.2", true},
		{"127.0.0.1", true}, {"127.0.0.1", true}, {"::1", true}, {"::1", true},
	} {
		if wait := l.take(netip.MustParseAddr(c.from), at); (wait == 0) != c.free {
			t.Errorf("%s waits for %s", c.from, wait)
		}
	}
	for i := range maxAddresses + 50 {
		l.take(addr(i), at)
	}
	if n := len(l.all); n > maxAddresses {
		t.Errorf("%d addresses", n)
	}
}

// TestWhoPays looks at the buckets of tokens and addresses after one request each.
func TestWhoPays(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	here := addr(1)
	games, health := &endpoint{}, &endpoint{}
	games.Op, health.Op = "games.list", "health.get"
	for _, c := range []struct {
		name            string
		ask             func(p *payers) *protocol.Error
		token, stranger bool
	}{
		{"nobody", func(p *payers) *protocol.Error { return p.charge(games, protocol.Principal{}, here, at) }, false, true},
		{"a guest", func(p *payers) *protocol.Error {
			return p.charge(games, protocol.Principal{Role: protocol.RoleGuest}, here, at)
		}, false, true},
		{"a guest's socket", func(p *payers) *protocol.Error {
			return p.chargeFrame(games, protocol.Principal{Role: protocol.RoleGuest}, here, at)
		}, false, false},
		{"a viewer", func(p *payers) *protocol.Error {
			return p.charge(games, protocol.Principal{Role: protocol.RoleViewer}, here, at)
		}, true, false},
		{"a bot's socket", func(p *payers) *protocol.Error {
			return p.chargeFrame(games, protocol.Principal{Role: protocol.RoleBot}, here, at)
		}, true, false},
		{"an admin", func(p *payers) *protocol.Error {
			return p.charge(games, protocol.Principal{Role: protocol.RoleAdmin}, here, at)
		}, true, false},
		{"a probe", func(p *payers) *protocol.Error { return p.charge(health, protocol.Principal{}, here, at) }, false, false},
		{"a probe by socket", func(p *payers) *protocol.Error {
			return p.chargeFrame(health, protocol.Principal{Role: protocol.RoleBot}, here, at)
		}, false, false},
		{"loopback", func(p *payers) *protocol.Error {
			return p.charge(games, protocol.Principal{Role: protocol.RoleBot}, netip.IPv6Loopback(), at)
		}, false, false},
	} {
		p := newPayers(Options{TokenRate: 0.001, AddressRate: 0.001})
		if err := c.ask(&p); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if token, stranger := p.tokens.take(0, at) > 0, p.addresses.take(here, at) > 0; token != c.token || stranger != c.stranger {
			t.Errorf("%s: the token paid: %v, the address: %v", c.name, token, stranger)
		}
	}
}

// TestCountingAllocatesNothing: it is done for every request.
func TestCountingAllocatesNothing(t *testing.T) {
	p := newPayers(Options{})
	at, e := time.Unix(1_700_000_000, 0), &endpoint{}
	bot, home := protocol.Principal{Role: protocol.RoleBot, Token: 7}, netip.MustParseAddr("2001:db8::1")
	n := testing.AllocsPerRun(1000, func() {
		at = at.Add(time.Millisecond)
		if p.charge(e, bot, home, at) != nil || p.charge(e, protocol.Principal{}, home, at.Add(time.Millisecond)) != nil {
			t.Error("refused")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
