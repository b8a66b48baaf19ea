package gateway_test

import (
	"fmt"
	"testing"

	"partyline/persistence/memory"
	"partyline/protocol"
)

// another opens a second session of the same hub and lets phones in.
func (p *party) another(policy protocol.JoinPolicy) *party {
	p.t.Helper()
	q := *p
	q.session, q.play = p.opened()
	q.code = q.open(params{"policy": policy})
	return &q
}

// TestDeviceTokensCannotBeCollected: who gathers devices, from however many addresses and for
// however long, brings no more of them into a session than new ones.
func TestDeviceTokensCannotBeCollected(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest") // each address brings three phones at once, and one in 20 seconds
	var hoard []string
	for n := range 15 {
		in := p.enter(params{}, fmt.Sprintf("203.0.113.%d", n/3))
		in.want(t, 200, "", "")
		hoard = append(hoard, in.text(t, "device"))
	}
	q := p.another("once")
	inside := 0
	for _, device := range hoard {
		in := q.enter(params{"device": device}, "198.51.100.7")
		switch in.status {
		case 200:
			inside++
			q.press(in.text(t, "token"), "up").want(t, 200, "", "")
		default:
			in.want(t, 429, "too_many_requests", "Too many new guests from this address, try again in a moment")
		}
	}
	if inside != 3 {
		t.Errorf("%d hoarded devices came in from one address, want as many as new ones, 3", inside)
	}
	q.wantTally(int64(inside), 0)
	// Those who gathered them are in their own session still, and are not counted again.
	p.enter(params{"device": hoard[0]}, "198.51.100.7").want(t, 200, "", "")
}

// TestPhoneIsCountedOnceInASession: not when it comes again, from another address, after
// the code was renewed, or with what it had of another session in between.
func TestPhoneIsCountedOnceInASession(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	q := p.another("latest")
	const home = "203.0.113.7"
	var devices []string
	for range 3 { // and then its address may bring no more
		in := p.enter(params{}, home)
		in.want(t, 200, "", "")
		devices = append(devices, in.text(t, "device"))
	}
	p.enter(params{}, home).want(t, 429, "", "")
	again := func(p *party, device, from string) string {
		t.Helper()
		in := p.enter(params{"device": device}, from)
		in.want(t, 200, "", "")
		return in.text(t, "device")
	}
	if got := again(p, devices[0], home); got != devices[0] {
		t.Errorf("it is called %s and then %s", devices[0], got)
	}
	again(p, devices[0], "203.0.113.8")
	p.code = p.open(params{"renew": true})
	again(p, devices[0], home)
	// In the other session it is new, and back in the first one it is known by its vote.
	in := p.enter(params{"device": devices[1]}, home)
	p.press(in.text(t, "token"), "up").want(t, 200, "", "")
	q.enter(params{"device": devices[2]}, home).want(t, 429, "", "")
	elsewhere := again(q, devices[1], "198.51.100.7")
	if elsewhere == devices[1] {
		t.Error("what it has of one session is good in another")
	}
	back := p.enter(params{"device": elsewhere}, home)
	back.want(t, 200, "", "")
	if back.object(t)["yours"] == nil || back.text(t, "device") != devices[1] {
		t.Errorf("%s", back.body)
	}
}

// TestNewPhonesOfOneSiteAreLimited: whoever has an IPv6 /48 has 65,536 addresses.
func TestNewPhonesOfOneSiteAreLimited(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once") // three phones at once of an address, and 24 of a site
	inside := 0
	for n := range 40 {
		if in := p.enter(params{}, fmt.Sprintf("2001:db8:7:%x::1", n)); in.status == 200 {
			inside++
		}
	}
	if inside < 24 || inside > 28 { // one more every 2.5 seconds
		t.Errorf("%d phones came in from one site, want 24", inside)
	}
	p.enter(params{}, "2001:db8:8::1").want(t, 200, "", "")
}

// TestDevicesOfFFA9881 are the same phones still, in the folder that they were in: what
// they keep names no session.
func TestDevicesOfFFA9881(t *testing.T) {
	t.Parallel()
	p := newPartyOn(t, memory.New(memory.Options{Epoch: adoptedEpoch}), "once")
	old := oldDevice(0xa)
	in := p.enter(params{"device": old}, "203.0.113.7")
	in.want(t, 200, "", "")
	p.press(in.text(t, "token"), "up").want(t, 200, "", "")
	for range 2 {
		p.enter(params{}, "203.0.113.7").want(t, 200, "", "")
	}
	again := p.enter(params{"device": old}, "203.0.113.7")
	again.want(t, 200, "", "") // it has voted here
	if again.object(t)["yours"] == nil {
		t.Errorf("%s", again.body)
	}
	q := p.another("once")
	q.enter(params{"device": old}, "203.0.113.7").want(t, 429, "", "")
}
