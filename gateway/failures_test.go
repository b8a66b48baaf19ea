package gateway

import (
	"net/netip"
	"testing"
	"time"
)

func addr(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{203, byte(n >> 16), byte(n >> 8), byte(n)})
}

func TestFailuresLeaveTheWindowOneByOne(t *testing.T) {
	l := failedAttempts{limit: maxLogins}
	start := time.Unix(1_700_000_000, 0)
	for i := range maxLogins {
		if left := l.attempt(addr(1), false, start.Add(time.Duration(i)*time.Second)); left != 0 {
			t.Fatalf("blocked for %v after %d failures", left, i)
		}
	}
	// Also the right key has to wait, else guesses would go on.
	for _, right := range []bool{true, false} {
		if left := l.attempt(addr(1), right, start.Add(20*time.Second)); left != 40*time.Second {
			t.Errorf("blocked for %v", left)
		}
	}
	// The first failure has aged: one more try, and no more than one.
	for _, right := range []bool{true, false} {
		if left := l.attempt(addr(1), right, start.Add(60*time.Second)); left != 0 {
			t.Errorf("blocked for %v after a minute", left)
		}
	}
	if left := l.attempt(addr(1), false, start.Add(60*time.Second)); left != time.Second {
		t.Errorf("blocked for %v", left)
	}
}

func TestLoginsRememberABoundedNumber(t *testing.T) {
	l := failedAttempts{limit: maxLogins}
	start := time.Unix(1_700_000_000, 0)
	for i := range maxAddresses {
		l.attempt(addr(i), false, start)
	}
	later := start.Add(2 * failureWindow)
	l.attempt(addr(maxAddresses), false, later)
	if n := len(l.failures); n != 1 {
		t.Errorf("aged ones are forgotten first: %d left", n)
	}
	for i := range maxAddresses + 50 {
		l.attempt(addr(i), false, later)
	}
	if n := len(l.failures); n > maxAddresses {
		t.Errorf("%d addresses", n)
	}
}
