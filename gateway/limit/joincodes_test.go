package limit

import (
	"net/netip"
	"testing"
	"time"
)

// flooded is a budget that was used up at a moment, by addresses that were wrong once.
func flooded(at time.Time) *codeAttempts {
	c := newCodeAttempts()
	for n := range int(WrongCodesTogether.burst(WrongCodesTogether.PerSecond)) {
		c.attempt(addr(n), "", false, at)
	}
	return c
}

// TestOneTryOfASiteIsAnsweredInAFlood: of each site, and it is not answered when it is wrong.
func TestOneTryOfASiteIsAnsweredInAFlood(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	c := flooded(at)
	clumsy, host, late := netip.MustParseAddr("2001:db8:7:1::1"), netip.MustParseAddr("2001:db8:7:2::1"), netip.MustParseAddr("2001:db8:8::1")
	for _, try := range []struct {
		from  netip.Addr
		right bool
		let   bool
	}{{clumsy, false, false}, {clumsy, true, false}, {host, true, false}, {late, true, true}, {late, false, false}, {late, true, false}} {
		if wait := c.attempt(try.from, "QRX7F2", try.right, at); (wait == 0) != try.let {
			t.Errorf("%s, right %v: waits %s", try.from, try.right, wait)
		}
	}
	at = at.Add(time.Second / 5)
	if wait := c.attempt(host, "QRX7F2", true, at); wait != 0 {
		t.Error("after the flood:", wait)
	}
	if wait := flooded(at).attempt(clumsy, "", false, at.Add(-time.Hour)); wait == 0 {
		t.Error("a clock that was read earlier fills the budget")
	}
}

// TestNetworkOfAGuestIsKnownByTheCode: in a flood it opens for others of the network, and
// neither another code nor a wrong one is told from there.
func TestNetworkOfAGuestIsKnownByTheCode(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	c := flooded(at)
	const ours, theirs = "QRX7F2", "QRX7F3"
	hall := netip.MustParseAddr("2001:db8:7:1::1")
	c.attempt(hall, "", false, at)
	c.recordEntry(hall, ours, at)
	for n := range 30 - 1 {
		if wait := c.attempt(hall, ours, true, at); wait != 0 {
			t.Fatalf("waits %s after %d wrong ones", wait, n)
		}
		if c.attempt(hall, theirs, true, at) == 0 || c.attempt(hall, "", false, at) == 0 {
			t.Fatalf("a guess is answered after %d wrong ones", n)
		}
	}
	if wait := c.attempt(hall, ours, true, at); wait != 2*time.Second {
		t.Error("as any address it waits two seconds after 30 wrong ones, not", wait)
	}
	// A day later nobody is known.
	at = at.Add(codeMemory + time.Second)
	for n := range int(WrongCodesTogether.burst(WrongCodesTogether.PerSecond)) {
		c.attempt(addr(n), "", false, at)
	}
	c.attempt(hall, "", false, at)
	if c.attempt(hall, ours, true, at) == 0 {
		t.Error("known for ever")
	}
}

// TestGuessesOfAKnownNetworkCountOnItsSite to its site: it counts there as of any other.
func TestGuessesOfAKnownNetworkCountOnItsSite(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	c := newCodeAttempts()
	told := 0
	for n := range 2 * 300 {
		from := netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 7, byte(n >> 8), byte(n)})
		c.recordEntry(from, "QRX7F2", at)
		if c.attempt(from, "", false, at) == 0 {
			told++
		}
	}
	if told != 300 {
		t.Errorf("%d guesses of a site are answered", told)
	}
}

// TestAFullTableIsNotWalkedForEach new address: an attacker with many addresses would make
// each guess a walk through all that are kept.
func TestAFullTableIsNotWalkedForEach(t *testing.T) {
	l := NewFailures(&WrongAdminKeys)
	at := time.Unix(1_700_000_000, 0)
	for n := range maxAddresses + 1 {
		l.Attempt(addr(n), false, at)
	}
	if n := len(l.wrong.byKey); n > maxAddresses*7/8+1 {
		t.Errorf("room was made for %d only", maxAddresses-n)
	}
}

func TestBloomFilterHasFixedSize(t *testing.T) {
	var s bloomFilter[netip.Addr]
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
	if mistaken > others/1000 { // five of a million are expected
		t.Errorf("%d of %d others are taken for members", mistaken, others)
	}
}
