package gateway

import (
	"net/netip"
	"time"

	"partyline/protocol"
)

const (
	// DefaultTokenRate of requests per second with a bot's or admin's token: no chat brings
	// as much, and the rest of what the hub takes is left to others. A batch of a thousand
	// votes is one request.
	DefaultTokenRate = 10_000
	// tokenSeconds of it at once: what a bot has gathered while it was without a network
	// goes out in one go, and a console opens all its views.
	tokenSeconds = 2
	// DefaultViewerRate of requests per second with a viewer's token, of all its screens
	// behind one address together. A screen asks a handful of things when it starts and then
	// listens; its token stands in a link, which whoever has seen it has too.
	DefaultViewerRate = 50
	// viewerSeconds of it at once, 5,000: a hundred screens come back after a restart, and
	// each asks for four things, of which the latest votes cost ten tokens or, when the hub
	// has much to do, some more.
	viewerSeconds = 100
	// DefaultAddressRate of requests per second of all without a token behind one
	// address, guests among them: people read now and then, and phones vote over their
	// WebSockets. A program that asks without pause gets this much and no more.
	DefaultAddressRate = 500
	// addressSeconds of it at once: a hall of hundreds of phones scans the same code in
	// the same moment, and each asks for a handful of things.
	addressSeconds = 4
	// pageSeconds of the address's rate are the pages and their parts that it has at once,
	// 10,000. Five hundred phones that scan the same code load fifteen files each, and a
	// browser that is refused one of them shows nothing.
	pageSeconds = 20
	// metricsRate per second and address is far more than a scraper asks, which is once in
	// some seconds; metricsSeconds of it at once, 20, are for somebody who looks.
	// Measurements take a millisecond to collect.
	metricsRate    = 2
	metricsSeconds = 10
	// maxTokens that are remembered are as many as can hold at a time.
	maxTokens = 10_000
)

// payers count what requests cost: each has one who pays for it. The holder of a
// bot's or admin's token pays with the token, wherever it asks from, so that strangers
// behind the same address do not hold it; all admin tokens, which have no id, are one. A
// viewer's token may be the audience's, who have one link: it pays for each address by
// itself, and gets less there than a stranger. Everybody else pays with the address: also a guest, because there are as many
// guests as somebody wants, and a token that is refused, because anybody can make one up.
// What is no operation, such as a page, the address has a budget of its own for.
type payers struct {
	tokens    *limiter[protocol.TokenID]
	viewers   *limiter[payer]
	addresses addressLimiter
	pages     addressLimiter
	metrics   addressLimiter
}

func newPayers(o Options) payers {
	return payers{
		tokens:    newLimiter[protocol.TokenID](orUsual(o.TokenRate, DefaultTokenRate), tokenSeconds, maxTokens),
		viewers:   newLimiter[payer](orUsual(o.ViewerRate, DefaultViewerRate), viewerSeconds, maxAddresses),
		addresses: newAddressLimiter(o.AddressRate, DefaultAddressRate, addressSeconds),
		pages:     newAddressLimiter(o.AddressRate, DefaultAddressRate, pageSeconds),
		metrics:   newAddressLimiter(metricsRate, metricsRate, metricsSeconds),
	}
}

// payer is a token, an address, or a token at an address. An IPv6 network of 48 bits is one
// address here.
type payer struct {
	token protocol.TokenID
	from  netip.Addr
}

// account is what a request is paid from.
type account uint8

const (
	free account = iota
	byAddress
	byPage
	byProbe // as byPage, but never refused
	byMetrics
	byViewer
	byToken
)

// bill is what a request has been charged, and whom.
type bill struct {
	account account
	token   protocol.TokenID
	from    netip.Addr
	charged float64
}

// charge takes what a request by REST is expected to cost. Who is the zero Principal when
// the token was refused.
func (p *payers) charge(e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) (bill, *protocol.Error) {
	return p.open(accountOf(who), e, who, from, now)
}

// chargeFrame takes what a request by WebSocket is expected to cost, so that nobody gets
// more with many sockets. Guests' votes have limits of their own: the device's pace and
// that of all votes of its address.
func (p *payers) chargeFrame(e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) (bill, *protocol.Error) {
	if who.Role == protocol.RoleGuest && e.ballot != nil {
		return bill{}, nil
	}
	return p.open(accountOf(who), e, who, from, now)
}

// accountOf is what pays for somebody's operations.
func accountOf(who protocol.Principal) account {
	switch who.Role {
	case protocol.RoleAdmin, protocol.RoleBot:
		return byToken
	case protocol.RoleViewer:
		return byViewer
	}
	return byAddress
}

// open takes the expected price of an operation. Loopback is the operator's own.
func (p *payers) open(a account, e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) (bill, *protocol.Error) {
	if e.free() || from.IsLoopback() {
		return bill{}, nil
	}
	b := bill{account: a, token: who.Token, from: from, charged: e.price.expected()}
	return b, p.take(b, now)
}

// chargeAddress takes what a request costs that is no operation.
func (p *payers) chargeAddress(a account, from netip.Addr, now time.Time) (bill, *protocol.Error) {
	if from.IsLoopback() {
		return bill{}, nil
	}
	b := bill{account: a, from: from, charged: 1}
	return b, p.take(b, now)
}

func (p *payers) take(b bill, now time.Time) *protocol.Error {
	switch b.account {
	case byToken:
		return tooMany(p.tokens.charge(b.token, b.charged, now), "Too many requests with this token, slow down")
	case byViewer:
		return tooMany(p.viewers.charge(payer{b.token, site(b.from)}, b.charged, now), "Too many requests with this token, slow down")
	case free:
		return nil
	}
	return tooMany(p.ofAddress(b.account).charge(b.from, b.charged, now), "Too many requests from this address, try again in a moment")
}

// settle takes what the request has cost beyond what was charged, or gives back what it
// has cost less.
func (p *payers) settle(b bill, cost float64, now time.Time) {
	if owed := cost - b.charged; owed != 0 {
		p.owe(b, owed, now)
	}
}

// spend takes what somebody has had already, and says how long it takes them to get out of
// debt.
func (p *payers) spend(who protocol.Principal, from netip.Addr, cost float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	return p.owe(bill{account: accountOf(who), token: who.Token, from: from}, cost, now)
}

func (p *payers) owe(b bill, tokens float64, now time.Time) time.Duration {
	switch b.account {
	case free:
		return 0
	case byToken:
		return p.tokens.owe(b.token, tokens, now)
	case byViewer:
		return p.viewers.owe(payer{b.token, site(b.from)}, tokens, now)
	}
	return p.ofAddress(b.account).owe(b.from, tokens, now)
}

func (p *payers) ofAddress(a account) addressLimiter {
	switch a {
	case byPage, byProbe:
		return p.pages
	case byMetrics:
		return p.metrics
	}
	return p.addresses
}
