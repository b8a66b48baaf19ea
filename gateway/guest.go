package gateway

import (
	"net/netip"
	"time"

	"partyline/protocol"
)

const (
	// DefaultJoinRate of phones that were not here before, per second and address. Each
	// has a vote of its own, so this is what holds whoever throws its device away to
	// vote again.
	DefaultJoinRate = 1
	// joinBurst lets a whole party in at once that stands behind one address.
	joinBurst = 60
	// thumbRate per second and thumbBurst are what one phone may ask: a person changes
	// their mind, and is not a drum.
	thumbRate  = 2
	thumbBurst = 5
	// DefaultGuestRate and guestBurst are what all phones behind one address may vote
	// together, per second and at once: a hall of a thousand after "vote now".
	DefaultGuestRate = 200
	guestBurst       = 1000
	// maxDevices bounds what is remembered of phones, in all sessions together.
	maxDevices = 50_000
)

// guests are the limits for those who come in with a code.
type guests struct {
	codes  guesses
	new    crossings
	votes  crossings
	thumbs buckets[protocol.DeviceID]
}

func newGuests(o Options) guests {
	return guests{
		codes: guesses{most: maxCodes}, new: newCrossings(o.JoinRate, DefaultJoinRate, joinBurst),
		votes: newCrossings(o.GuestRate, DefaultGuestRate, guestBurst), thumbs: newBuckets[protocol.DeviceID](thumbRate, thumbBurst, maxDevices),
	}
}

// tried counts a code that was right or wrong. An address that was wrong too often does
// not learn which.
func (g *guests) tried(from netip.Addr, right bool, now time.Time) *protocol.Error {
	if left := g.codes.attempt(from, right, now); left > 0 {
		e := protocol.Errorf(protocol.CodeTooMany, "Too many wrong codes, try again later")
		e.RetryAfter = left
		return e
	}
	if !right {
		return protocol.NoSuchCode()
	}
	return nil
}

// admit counts a phone that comes in.
func (g *guests) admit(from netip.Addr, device protocol.DeviceID, known bool, now time.Time) *protocol.Error {
	if known && !g.thumbs.allow(device, now) {
		return errDeviceTooFast()
	}
	if !known && !g.new.allow(from, now) {
		return protocol.Errorf(protocol.CodeTooMany, "Too many new guests from this address, try again in a moment")
	}
	return nil
}

// press counts a vote.
func (g *guests) press(from netip.Addr, device protocol.DeviceID, now time.Time) *protocol.Error {
	if !g.thumbs.allow(device, now) {
		return errDeviceTooFast()
	}
	if !g.votes.allow(from, now) {
		return protocol.Errorf(protocol.CodeTooMany, "Too many votes from this address, try again in a moment")
	}
	return nil
}

func errDeviceTooFast() *protocol.Error {
	return protocol.Errorf(protocol.CodeTooMany, "Too many requests from this device, slow down")
}
