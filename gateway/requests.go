package gateway

import (
	"net/netip"
	"time"

	"partyline/gateway/clientaddr"
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
type requestLimits struct {
	tokens    *buckets[protocol.TokenID]
	viewers   *buckets[tokenAtAddress]
	addresses addressBuckets
	pages     addressBuckets
	metrics   addressBuckets
}

func newRequestLimits(o Options) requestLimits {
	return requestLimits{
		tokens:    newBuckets[protocol.TokenID](orDefault(o.TokenRate, DefaultTokenRate), tokenSeconds, maxTokens),
		viewers:   newBuckets[tokenAtAddress](orDefault(o.ViewerRate, DefaultViewerRate), viewerSeconds, maxAddresses),
		addresses: newAddressBuckets(o.AddressRate, DefaultAddressRate, addressSeconds),
		pages:     newAddressBuckets(o.AddressRate, DefaultAddressRate, pageSeconds),
		metrics:   newAddressBuckets(metricsRate, metricsRate, metricsSeconds),
	}
}

// payer is a token, an address, or a token at an address. An IPv6 network of 48 bits is one
// address here.
type tokenAtAddress struct {
	token   protocol.TokenID
	address netip.Addr
}

// account is what a request is paid from.
type budget uint8

const (
	noBudget budget = iota
	addressBudget
	pageBudget
	probeBudget // as byPage, but never refused
	metricsBudget
	viewerBudget
	tokenBudget
)

// bill is what a request has been charged, and whom.
type reservation struct {
	budget budget
	token  protocol.TokenID
	client netip.Addr
	tokens float64
}

// charge takes what a request by REST is expected to cost. Who is the zero Principal when
// the token was refused.
func (p *requestLimits) reserve(e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) (reservation, *protocol.Error) {
	return p.reserveOperation(budgetOf(who), e, who, from, now)
}

// chargeFrame takes what a request by WebSocket is expected to cost, so that nobody gets
// more with many sockets. Guests' votes have limits of their own: the device's pace and
// that of all votes of its address.
func (p *requestLimits) reserveFrame(e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) (reservation, *protocol.Error) {
	if who.Role == protocol.RoleGuest && e.readVote != nil {
		return reservation{}, nil
	}
	return p.reserveOperation(budgetOf(who), e, who, from, now)
}

// accountOf is what pays for somebody's operations.
func budgetOf(who protocol.Principal) budget {
	switch who.Role {
	case protocol.RoleAdmin, protocol.RoleBot:
		return tokenBudget
	case protocol.RoleViewer:
		return viewerBudget
	}
	return addressBudget
}

// open takes the expected price of an operation. Loopback is the operator's own.
func (p *requestLimits) reserveOperation(a budget, e *endpoint, who protocol.Principal, from netip.Addr, now time.Time) (reservation, *protocol.Error) {
	if e.exempt() || from.IsLoopback() {
		return reservation{}, nil
	}
	b := reservation{budget: a, token: who.Token, client: from, tokens: e.cost.tokens()}
	return b, p.takeFrom(b, now)
}

// chargeAddress takes what a request costs that is no operation.
func (p *requestLimits) reservePath(a budget, from netip.Addr, now time.Time) (reservation, *protocol.Error) {
	if from.IsLoopback() {
		return reservation{}, nil
	}
	b := reservation{budget: a, client: from, tokens: 1}
	return b, p.takeFrom(b, now)
}

func (p *requestLimits) takeFrom(b reservation, now time.Time) *protocol.Error {
	switch b.budget {
	case tokenBudget:
		return tooMany(p.tokens.charge(b.token, b.tokens, now), "Too many requests with this token, slow down")
	case viewerBudget:
		return tooMany(p.viewers.charge(tokenAtAddress{b.token, clientaddr.Site(b.client)}, b.tokens, now), "Too many requests with this token, slow down")
	case noBudget:
		return nil
	}
	return tooMany(p.budgetOfAddress(b.budget).charge(b.client, b.tokens, now), "Too many requests from this address, try again in a moment")
}

// settle takes what the request has cost beyond what was charged, or gives back what it
// has cost less.
func (p *requestLimits) settle(b reservation, cost float64, now time.Time) {
	if owed := cost - b.tokens; owed != 0 {
		p.spendFrom(b, owed, now)
	}
}

// spend takes what somebody has had already, and says how long it takes them to get out of
// debt.
func (p *requestLimits) spend(who protocol.Principal, from netip.Addr, cost float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	return p.spendFrom(reservation{budget: budgetOf(who), token: who.Token, client: from}, cost, now)
}

func (p *requestLimits) spendFrom(b reservation, tokens float64, now time.Time) time.Duration {
	switch b.budget {
	case noBudget:
		return 0
	case tokenBudget:
		return p.tokens.owe(b.token, tokens, now)
	case viewerBudget:
		return p.viewers.owe(tokenAtAddress{b.token, clientaddr.Site(b.client)}, tokens, now)
	}
	return p.budgetOfAddress(b.budget).owe(b.client, tokens, now)
}

func (p *requestLimits) budgetOfAddress(a budget) addressBuckets {
	switch a {
	case pageBudget, probeBudget:
		return p.pages
	case metricsBudget:
		return p.metrics
	}
	return p.addresses
}
