package limit

import (
	"net/netip"
	"time"

	"partyline/protocol"
)

// Guests bounds those who come in with a code.
type Guests struct {
	codes     *codeAttempts
	joins     Addresses
	votes     Addresses
	perDevice *Buckets[protocol.DeviceID]
}

// NewGuests keeps the limits of guests; of the rates it takes Join and Guest.
func NewGuests(r Rates) *Guests {
	return &Guests{
		codes:     newCodeAttempts(),
		joins:     NewAddresses(&NewGuestDevices, r.Join),
		votes:     NewAddresses(&GuestVotes, r.Guest),
		perDevice: newBuckets[protocol.DeviceID](DeviceRequests.rate(0), maxDevices),
	}
}

// AllowCode counts a code that was right or wrong. An address that was wrong too often is
// not told which. Whoever brings the code's secret has not guessed, also when the code
// opens nothing any more, and is not held by the guesses of others.
func (g *Guests) AllowCode(from netip.Addr, code string, right, hasSecret bool, now time.Time) *protocol.Error {
	if !hasSecret {
		if err := TooMany(g.codes.attempt(from, code, right, now), "Too many wrong codes, try again later"); err != nil {
			return err
		}
	}
	if !right {
		return protocol.NoSuchCode()
	}
	return nil
}

// Admitted notes that a guest was let in from an address with a code, typed or not.
func (g *Guests) Admitted(from netip.Addr, code string, now time.Time) {
	g.codes.recordEntry(from, code, now)
}

// AllowJoin counts a phone that its session has not seen before.
func (g *Guests) AllowJoin(from netip.Addr, now time.Time) *protocol.Error {
	return TooMany(g.joins.Take(from, now), "Too many new guests from this address, try again in a moment")
}

// AllowVote counts a vote of a phone and of its address.
func (g *Guests) AllowVote(from netip.Addr, device protocol.DeviceID, now time.Time) *protocol.Error {
	if err := g.AllowDevice(device, now); err != nil {
		return err
	}
	return TooMany(g.votes.Take(from, now), "Too many votes from this address, try again in a moment")
}

// AllowDevice counts what a phone does that is known: voting, and joining again.
func (g *Guests) AllowDevice(device protocol.DeviceID, now time.Time) *protocol.Error {
	return TooMany(g.perDevice.Take(device, now), "Too many requests from this device, slow down")
}
