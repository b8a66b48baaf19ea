package limit

import (
	"net/netip"
	"time"

	"partyline/gateway/clientaddr"
	"partyline/protocol"
)

// Rates replace the rates of the table, per second; 0 leaves what stands there.
type Rates struct {
	Token, Viewer, Address, Join, Guest float64
}

// Requests charges what requests cost to a budget. A bot's or admin's token has one
// wherever it is used from, so that strangers behind the same address do not hold it; all
// admin tokens, which have no id, share one. A viewer's token may be the audience's, who
// have one link: it has a budget for each site, smaller than a stranger's. Everybody else
// pays with the address: also a guest, because there are as many guests as somebody wants,
// and a token that is refused, because anybody can make one up. What is no operation, such
// as a page, is paid from a second budget of the address. Loopback is the operator's own
// and never charged.
type Requests struct {
	tokens    *Buckets[protocol.TokenID]
	viewers   *Buckets[reader]
	addresses Addresses
	pages     Addresses
	metrics   Addresses
}

// NewRequests keeps the budgets; of the rates it takes Token, Viewer and Address.
func NewRequests(r Rates) *Requests {
	return &Requests{
		tokens:    newBuckets[protocol.TokenID](TokenRequests.rate(r.Token), maxTokens),
		viewers:   newBuckets[reader](ViewerRequests.rate(r.Viewer), maxAddresses),
		addresses: NewAddresses(&AddressRequests, r.Address),
		pages:     NewAddresses(&AddressPages, r.Address),
		metrics:   NewAddresses(&MetricsRequests, 0),
	}
}

// reader is a token, a site, or a token at a site.
type reader struct {
	token protocol.TokenID
	site  netip.Addr
}

// Budget is what a request is paid from.
type Budget uint8

// The budgets that a request can be paid from.
const (
	NoBudget Budget = iota
	AddressBudget
	PageBudget
	ProbeBudget // the pages' budget, but never refused
	MetricsBudget
	viewerBudget
	tokenBudget
)

// Reservation is what a request has been charged before it was served, and on what budget.
// The zero value was charged nothing.
type Reservation struct {
	budget Budget
	token  protocol.TokenID
	client netip.Addr
	tokens float64
}

// budgetOf is what the operations of a principal are paid from.
func budgetOf(who protocol.Principal) Budget {
	switch who.Role {
	case protocol.RoleAdmin, protocol.RoleBot:
		return tokenBudget
	case protocol.RoleViewer:
		return viewerBudget
	}
	return AddressBudget
}

// Reserve takes the expected cost of an operation, nil for one that costs nothing. Who is
// the zero Principal when the token was refused.
func (p *Requests) Reserve(cost *Cost, who protocol.Principal, from netip.Addr, now time.Time) (Reservation, *protocol.Error) {
	if cost == nil || from.IsLoopback() {
		return Reservation{}, nil
	}
	b := Reservation{budget: budgetOf(who), token: who.Token, client: from, tokens: cost.Tokens()}
	return b, p.charge(b, now)
}

// ReservePath takes what a request costs that is no operation.
func (p *Requests) ReservePath(budget Budget, from netip.Addr, now time.Time) (Reservation, *protocol.Error) {
	if from.IsLoopback() {
		return Reservation{}, nil
	}
	b := Reservation{budget: budget, client: from, tokens: 1}
	return b, p.charge(b, now)
}

func (p *Requests) charge(b Reservation, now time.Time) *protocol.Error {
	switch b.budget {
	case tokenBudget:
		return TooMany(p.tokens.Charge(b.token, b.tokens, now), "Too many requests with this token, slow down")
	case viewerBudget:
		return TooMany(p.viewers.Charge(reader{b.token, clientaddr.Site(b.client)}, b.tokens, now), "Too many requests with this token, slow down")
	case NoBudget:
		return nil
	}
	return TooMany(p.ofAddress(b.budget).Charge(b.client, b.tokens, now), "Too many requests from this address, try again in a moment")
}

// Settle takes what the request has cost beyond what was reserved, or gives back what it
// has cost less.
func (p *Requests) Settle(b Reservation, cost float64, now time.Time) {
	if owed := cost - b.tokens; owed != 0 {
		p.owe(b, owed, now)
	}
}

// Spend takes the cost of what a principal has had already. It returns how long it takes to
// get out of debt.
func (p *Requests) Spend(who protocol.Principal, from netip.Addr, cost float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	return p.owe(Reservation{budget: budgetOf(who), token: who.Token, client: from}, cost, now)
}

func (p *Requests) owe(b Reservation, tokens float64, now time.Time) time.Duration {
	switch b.budget {
	case NoBudget:
		return 0
	case tokenBudget:
		return p.tokens.Owe(b.token, tokens, now)
	case viewerBudget:
		return p.viewers.Owe(reader{b.token, clientaddr.Site(b.client)}, tokens, now)
	}
	return p.ofAddress(b.budget).Owe(b.client, tokens, now)
}

func (p *Requests) ofAddress(b Budget) Addresses {
	switch b {
	case PageBudget, ProbeBudget:
		return p.pages
	case MetricsBudget:
		return p.metrics
	}
	return p.addresses
}
