package gateway

import (
	"net/netip"
	"time"

	"partyline/protocol"
)

const (
	// DefaultTokenRate of requests per second with one token: no chat brings as much, and
	// the rest of what the hub takes is left to others. A batch of a thousand votes is
	// one request.
	DefaultTokenRate = 10_000
	// tokenSeconds of it at once: what a bot has gathered while it was without a network
	// goes out in one go, and a console opens all its views.
	tokenSeconds = 2
	// DefaultAddressRate of requests per second of all without a token behind one
	// address, guests among them: people read now and then, and phones vote over their
	// WebSockets. A program that asks without pause gets this much and no more.
	DefaultAddressRate = 500
	// addressSeconds of it at once: a hall of hundreds of phones scans the same code in
	// the same moment, and each asks for a handful of things.
	addressSeconds = 4
	// maxTokens that are remembered are as many as can hold at a time.
	maxTokens = 10_000
)

// payers count the requests for operations: each has one who pays for it. The holder of
// a viewer's, bot's or admin's token pays with the token, wherever it asks from, so that
// strangers behind the same address do not hold it; all admin tokens, which have no id,
// are one. Everybody else pays with the address: also a guest, because there are as many
// guests as somebody wants, and a token that is refused, because anybody can make one up.
type payers struct {
	tokens    *limiter[protocol.TokenID]
	addresses addressLimiter
}

func newPayers(o Options) payers {
	return payers{
		tokens:    newLimiter[protocol.TokenID](orUsual(o.TokenRate, DefaultTokenRate), tokenSeconds, maxTokens),
		addresses: newAddressLimiter(o.AddressRate, DefaultAddressRate, addressSeconds),
	}
}

// charge counts a request by REST. Who is the zero Principal when the token was refused.
func (p *payers) charge(e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) *protocol.Error {
	switch {
	case e.free():
		return nil
	case who.Role == "" || who.Role == protocol.RoleGuest:
		return tooMany(p.addresses.take(from, now), "Too many requests from this address, try again in a moment")
	default:
		return p.chargeToken(who.Token, from, now)
	}
}

// chargeFrame counts a request by WebSocket, so that a token gets no more with many
// sockets. Each guest's has a pace of its own, and an address opens only so many.
func (p *payers) chargeFrame(e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) *protocol.Error {
	if e.free() || who.Role == protocol.RoleGuest {
		return nil
	}
	return p.chargeToken(who.Token, from, now)
}

// chargeToken counts on a token, 0 for an admin's. Loopback is the operator's own.
func (p *payers) chargeToken(id protocol.TokenID, from netip.Addr, now time.Time) *protocol.Error {
	if from.IsLoopback() {
		return nil
	}
	return tooMany(p.tokens.take(id, now), "Too many requests with this token, slow down")
}
