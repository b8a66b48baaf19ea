package gateway_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"partyline/gateway"
)

// typed counts how many of the wrong codes, each from the address of its number, are told
// from right ones, and how long that took. Sixteen people type at a time.
func (p *party) typed(n int, from func(int) string) (answered int64, took time.Duration) {
	p.t.Helper()
	attacker := *p.testServer // whose many exchanges are not held against the description one by one
	attacker.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	defer attacker.client.CloseIdleConnections()
	var next, told atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	for range 16 {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if attacker.rest("join.enter", "", params{"code": "CCCCCC"}, "X-Forwarded-For", from(int(i))).status == 404 {
					told.Add(1)
				}
			}
		})
	}
	all.Wait()
	return told.Load(), time.Since(start)
}

// Whoever has an IPv6 /48, which tunnel brokers give to anybody, has 65,536 addresses as
// this server counts them, and changes before each is told to wait.
func TestCodesCannotBeEnumeratedFromOneSite(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	told, took := p.typed(600, func(n int) string { return fmt.Sprintf("2001:db8:7:%x::1", n/29) })
	if most := 300 + int64(took.Seconds()) + 1; told > most {
		t.Errorf("%d guesses were answered in %s, want at most %d", told, took, most)
	}
	p.flooding(func(n int) string { return fmt.Sprintf("2001:db8:7:%x::1", 1000+n/29) }, func() {
		told := answer{}
		for n := range 20 { // each from a network of its own: who gets in is known there
			if told = p.enter(params{}, fmt.Sprintf("2001:db8:7:ff%02x::1", n)); told.status == 429 {
				break
			}
		}
		told.want(t, 429, "too_many_requests", wrongTooOften)
	})
	p.enter(params{}, "2001:db8:8::1").want(t, 200, "", "")
}

// Whoever has many sites, or many machines of others, is held by what all may try together.
func TestCodesCannotBeEnumeratedFromManyAddresses(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	told, took := p.typed(800, fromMany)
	if most := 400 + int64(5*took.Seconds()) + 1; told > most {
		t.Errorf("%d guesses were answered in %s, want at most %d", told, took, most)
	}
}

// flooders are so many that five places a second are taken as soon as they come free, also
// on a slow machine: each is answered some four times a second, because a refusal waits.
const flooders = 48

// flooding runs test while wrong codes come as fast as they are answered, each from the
// address of its number: what comes free of the budget meanwhile is taken at once.
func (p *party) flooding(from func(int) string, test func()) {
	p.t.Helper()
	attacker := *p.testServer
	attacker.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: flooders}}
	defer attacker.client.CloseIdleConnections()
	var next atomic.Int64
	var over atomic.Bool
	var all sync.WaitGroup
	for range flooders {
		all.Go(func() {
			for !over.Load() {
				attacker.rest("join.enter", "", params{"code": "CCCCCC"}, "X-Forwarded-For", from(int(next.Add(1))))
			}
		})
	}
	defer all.Wait()
	defer over.Store(true)
	test()
}

// refused types a code until it is refused as one more wrong one, and expects that soon:
// a try may meet a place of the budget that came free just before it.
func (p *party) refused(with params, from string) {
	p.t.Helper()
	told := answer{}
	for range 20 {
		if told = p.enter(with, from); told.object(p.t)["error"] == wrongTooOften {
			return
		}
	}
	told.want(p.t, 429, "too_many_requests", wrongTooOften)
}

const wrongTooOften = "Too many wrong codes, try again later"

func fromMany(n int) string { return fmt.Sprintf("10.%d.%d.7", n/29/256, n/29%256) }

// What an attacker uses up does not keep people out who type the code well.
func TestFloodOfWrongCodesDoesNotBlockRightCodes(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	const first, another = "198.51.100.1", "198.51.100.2"
	p.enter(params{}, first).want(t, 200, "", "") // of the hall, before the flood
	if told, _ := p.typed(800, fromMany); told == 800 {
		t.Error("the budget is not used up")
	}
	p.flooding(func(n int) string { return fromMany(100_000 + n) }, func() {
		p.refused(params{"code": "CCCCCC"}, first)
		p.enter(params{}, first).want(t, 200, "", "")
		p.enter(params{}, another).want(t, 200, "", "")
	})
}

// Whoever has one code can be let in from all the networks they have, and guesses other
// codes from there no more often than anybody.
func TestValidCodeAllowsNoMoreGuesses(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	const networks = 24 // of a /48, all that may come in at once here
	from := func(n int) string { return fmt.Sprintf("2001:db8:7:%x::1", n%networks) }
	for n := range networks {
		p.enter(params{}, from(n)).want(t, 200, "", "")
	}
	told, took := p.typed(networks*29, from)
	if most := 300 + int64(took.Seconds()) + 1; told > most {
		t.Errorf("%d guesses were answered in %s, want at most %d", told, took, most)
	}
	p.enter(params{}, from(0)).want(t, 200, "", "")
}

// Who was not let in, because too many came from there, is nobody that is known.
func TestRefusedGuestIsNotRemembered(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	for n := range 24 { // of a /48, all that may come in at once here
		p.enter(params{}, fmt.Sprintf("2001:db8:7:%x::1", n)).want(t, 200, "", "")
	}
	const last = "2001:db8:7:ffff::1"
	p.enter(params{}, last).want(t, 429, "too_many_requests", "Too many new guests from this address, try again in a moment")
	p.typed(800, fromMany)
	p.flooding(func(n int) string { return fromMany(100_000 + n) }, func() {
		p.refused(params{"code": "CCCCCC"}, last)
		p.refused(params{}, last)
	})
}

// TestLongAdminKeyIsNeverBlocked: nobody finds a key of that length by trying, so nobody who
// tries keeps its owner out.
func TestLongAdminKeyIsNeverBlocked(t *testing.T) {
	t.Parallel()
	const long = "abcde-fghij-kmnpq-rstuv" // as they are made
	h := newTestServer(t, func(o *gateway.Options) { o.AdminKey = long })
	for range 10 {
		h.rest("auth.login", "", params{"key": "guess"}).want(t, 401, "bad_key", "")
	}
	h.rest("auth.login", "", params{"key": "guess"}).want(t, 429, "too_many_requests", "")
	h.rest("auth.login", "", params{"key": long}).want(t, 200, "", "")
	h.rest("auth.login", "", params{"key": "guess"}).want(t, 429, "too_many_requests", "")
}
