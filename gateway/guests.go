package gateway

import (
	"net/netip"
	"time"

	"partyline/protocol"
)

const (
	// DefaultJoinRate of phones that their session has not seen before, per second and
	// address. Each has a vote of its own, so this is what holds whoever throws its device
	// away to vote again.
	DefaultJoinRate = 1
	// joinSeconds of it at once let a whole party in that stands behind one address: 60.
	joinSeconds = 60
	// thumbRate per second is what one phone may ask, and thumbSeconds of it at once, 5: a
	// person changes their mind, and is not a drum.
	deviceRate    = 2
	deviceSeconds = 2.5
	// DefaultGuestRate is what all phones behind one address may vote together per second,
	// and guestSeconds of it at once: a hall of a thousand after "vote now".
	DefaultGuestRate = 200
	guestVoteSeconds = 5
	// maxDevices bounds what is remembered of phones, in all sessions together.
	maxDevices = 50_000
)

// guests are the limits for those who come in with a code.
type guestLimits struct {
	codes     codeAttempts
	joins     addressBuckets
	votes     addressBuckets
	perDevice *buckets[protocol.DeviceID]
}

func newGuestLimits(o Options) guestLimits {
	return guestLimits{
		codes:     newCodeAttempts(),
		joins:     newAddressBuckets(o.JoinRate, DefaultJoinRate, joinSeconds),
		votes:     newAddressBuckets(o.GuestRate, DefaultGuestRate, guestVoteSeconds),
		perDevice: newBuckets[protocol.DeviceID](deviceRate, deviceSeconds, maxDevices),
	}
}

// tried counts a code that was right or wrong. An address that was wrong too often does
// not learn which. Who was shown the code's secret has not guessed, also when the code
// opens nothing any more, and is not held by the guesses of others.
func (g *guestLimits) allowCode(from netip.Addr, code string, right, vouched bool, now time.Time) *protocol.Error {
	if !vouched {
		if err := tooMany(g.codes.attempt(from, code, right, now), "Too many wrong codes, try again later"); err != nil {
			return err
		}
	}
	if !right {
		return protocol.NoSuchCode()
	}
	return nil
}

// admit counts a phone that its session has not seen before.
func (g *guestLimits) allowJoin(from netip.Addr, now time.Time) *protocol.Error {
	return tooMany(g.joins.take(from, now), "Too many new guests from this address, try again in a moment")
}

// press counts a vote.
func (g *guestLimits) allowVote(from netip.Addr, device protocol.DeviceID, now time.Time) *protocol.Error {
	if err := g.allowDevice(device, now); err != nil {
		return err
	}
	return tooMany(g.votes.take(from, now), "Too many votes from this address, try again in a moment")
}

// touch counts whatever a phone does that is known.
func (g *guestLimits) allowDevice(device protocol.DeviceID, now time.Time) *protocol.Error {
	return tooMany(g.perDevice.take(device, now), "Too many requests from this device, slow down")
}
