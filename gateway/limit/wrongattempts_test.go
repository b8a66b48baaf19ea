package limit

import (
	"net/netip"
	"testing"
	"time"
)

func addr(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{203, byte(n >> 16), byte(n >> 8), byte(n)})
}

// TestFailuresRefillOneByOne: ten at once, then one every six seconds.
func TestFailuresRefillOneByOne(t *testing.T) {
	l := NewFailures(&WrongAdminKeys)
	start := time.Unix(1_700_000_000, 0)
	for i := range 10 {
		if left := l.Attempt(addr(1), false, start); left != 0 {
			t.Fatalf("blocked for %v after %d failures", left, i)
		}
	}
	// Also the right key has to wait, else guesses would go on.
	for _, right := range []bool{true, false} {
		if left := l.Attempt(addr(1), right, start.Add(2*time.Second)); (left - 4*time.Second).Abs() > time.Microsecond {
			t.Errorf("blocked for %v", left)
		}
	}
	for _, right := range []bool{true, false} {
		if left := l.Attempt(addr(1), right, start.Add(6*time.Second)); left != 0 {
			t.Errorf("blocked for %v after six seconds", left)
		}
	}
	if left := l.Attempt(addr(1), false, start.Add(6*time.Second)); (left - 6*time.Second).Abs() > time.Microsecond {
		t.Errorf("blocked for %v", left)
	}
	for i := range 20 {
		if left := l.Attempt(addr(2), true, start); left != 0 {
			t.Fatalf("blocked for %v after %d right ones", left, i)
		}
	}
}

func TestFailuresOfABoundedNumberAreKept(t *testing.T) {
	l := NewFailures(&WrongAdminKeys)
	start := time.Unix(1_700_000_000, 0)
	for i := range maxAddresses {
		l.Attempt(addr(i), false, start)
	}
	later := start.Add(2 * time.Minute)
	l.Attempt(addr(maxAddresses), false, later)
	if n := len(l.wrong.byKey); n != 1 {
		t.Errorf("aged ones are forgotten first: %d left", n)
	}
	for i := range maxAddresses + 50 {
		l.Attempt(addr(i), false, later)
	}
	if n := len(l.wrong.byKey); n > maxAddresses {
		t.Errorf("%d addresses", n)
	}
}
