package gateway

import (
	"net/netip"
	"testing"
	"time"
)

// flooded is a budget that was used up at a moment, by addresses that were wrong once.
func flooded(at time.Time) *codeGuesses {
	c := newCodeGuesses()
	for n := range allCodeRate * allCodeSeconds {
		c.attempt(addr(n), false, at)
	}
	return &c
}

// TestInAFloodOneTryIsAnswered: of each site, and it is not answered when it is wrong.
func TestInAFloodOneTryIsAnswered(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	c := flooded(at)
	clumsy, host, late := netip.MustParseAddr("2001:db8:7:1::1"), netip.MustParseAddr("2001:db8:7:2::1"), netip.MustParseAddr("2001:db8:8::1")
	for _, try := range []struct {
		from  netip.Addr
		right bool
		let   bool
	}{{clumsy, false, false}, {clumsy, true, false}, {host, true, false}, {late, true, true}, {late, false, true}, {late, true, true}} {
		if wait := c.attempt(try.from, try.right, at); (wait == 0) != try.let {
			t.Errorf("%s, right %v: waits %s", try.from, try.right, wait)
		}
	}
	at = at.Add(time.Second / allCodeRate)
	if wait := c.attempt(host, true, at); wait != 0 {
		t.Error("after the flood:", wait)
	}
	if wait := flooded(at).attempt(clumsy, false, at.Add(-time.Hour)); wait == 0 {
		t.Error("a clock that was read earlier fills the budget")
	}
}

// TestWhoComesByTheLinkIsKnown: the hall that scans the picture may also type.
func TestWhoComesByTheLinkIsKnown(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	c := flooded(at)
	hall := netip.MustParseAddr("2001:db8:7:1::1")
	c.attempt(hall, false, at)
	c.welcome(hall, at)
	for n := range maxCodes - 1 {
		if wait := c.attempt(hall, false, at); wait != 0 {
			t.Fatalf("waits %s after %d wrong ones", wait, n)
		}
	}
	if wait := c.attempt(hall, true, at); wait != failureWindow {
		t.Error("as any address it waits after 30 wrong ones, not", wait)
	}
	// A day later nobody is known.
	at = at.Add(codeMemory + time.Second)
	for n := range allCodeRate * allCodeSeconds {
		c.attempt(addr(n), false, at)
	}
	if c.attempt(hall, false, at) == 0 {
		t.Error("known for ever")
	}
}

// TestAFullTableIsNotGoneThroughForEach new address: an attacker who has many would make
// each guess a walk through all that are remembered.
func TestAFullTableIsNotGoneThroughForEach(t *testing.T) {
	l := guesses{most: maxLogins}
	at := time.Unix(1_700_000_000, 0)
	for n := range maxAddresses + 1 {
		l.attempt(addr(n), false, at)
	}
	if n := len(l.failures); n > maxAddresses*7/8+1 {
		t.Errorf("room was made for %d only", maxAddresses-n)
	}
}

func TestNetworkSetsAreOfOneSize(t *testing.T) {
	var s networkSet
	const members, others = 100_000, 10_000
	for n := range members {
		s.add(addr(n))
	}
	mistaken := 0
	for n := range members + others {
		switch has := s.has(addr(n)); {
		case n < members && !has:
			t.Fatal("a member is forgotten")
		case n >= members && has:
			mistaken++
		}
	}
	if mistaken > others/20 { // 1.2 of a hundred are expected
		t.Errorf("%d of %d others are taken for members", mistaken, others)
	}
}
