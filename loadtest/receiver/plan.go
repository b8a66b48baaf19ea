package receiver

import (
	"math/rand/v2"
	"time"

	"partyline/protocol"
)

// Plan is how ill the endpoints are. The zero value is health.
type Plan struct {
	// Seed makes the illnesses repeatable, as far as the order of requests is.
	Seed uint64
	// Illness is the chance that a delivery meets the beginning of an illness. It lasts
	// one request or two: the schedule of the server makes the third wait for minutes.
	Illness float64
	// Hangs adds hanging until the server gives up to the illnesses.
	Hangs bool
	// Poisoned is how many endpoints, from the first, refuse one message for ever.
	Poisoned int
	// HangFrom is the first endpoint that hangs always, 0 for none.
	HangFrom int
	// Bare keeps no journal, only a tally: for measuring.
	Bare bool
}

const (
	// poisonAt is which message of a poisoned endpoint is the poison.
	poisonAt = 10
	// slowShare of the answers take up to slowest.
	slowShare = 0.02
	slowest   = 60 * time.Millisecond
	// twiceShare of the illnesses last two requests.
	twiceShare = 0.2
)

// illness is one thing that an endpoint does wrong.
type illness struct {
	// status is answered; 0 means that there is no whole answer.
	status int
	// retryAfter is the header of that name, in seconds, when above 0.
	retryAfter int
	// end breaks the connection in its own way.
	end ending
}

type ending byte

const (
	endNone  ending = iota
	endReset        // the connection is reset
	endTorn         // half a head, then nothing
	endShort        // a good head, and a body that breaks off
	endHang         // nothing until the other side gives up
)

var (
	// illnesses that pass soon. Hanging is the last.
	illnesses = []illness{
		{status: 500}, {status: 502}, {status: 503}, {status: 503, retryAfter: 2}, {status: 429, retryAfter: 2},
		{status: 408}, {status: 404}, {status: 401}, {status: 302}, {end: endReset}, {end: endTorn}, {end: endShort}, {end: endHang},
	}
	refusals = []illness{{status: 400}, {status: 422}}
)

// patient is one endpoint: it decides what to do with a request.
type patient struct {
	plan   *Plan
	number int
	rng    *rand.Rand
	newest protocol.DeliveryID
	seen   int
	poison protocol.DeliveryID
	now    illness
	left   int
}

func newPatient(p *Plan, number int) *patient {
	return &patient{plan: p, number: number, rng: rand.New(rand.NewPCG(p.Seed, uint64(number)))}
}

// receive says what is done with a delivery; the zero illness takes it.
func (p *patient) receive(id protocol.DeliveryID) illness {
	if p.plan.HangFrom > 0 && p.number >= p.plan.HangFrom {
		return illness{end: endHang}
	}
	if id > p.newest {
		p.fresh(id)
	}
	switch {
	case id == p.poison:
		return refusals[p.rng.IntN(len(refusals))]
	case p.left > 0:
		p.left--
		return p.now
	}
	return illness{}
}

// fresh meets a delivery for the first time.
func (p *patient) fresh(id protocol.DeliveryID) {
	p.newest = id
	if p.seen++; p.seen == poisonAt && p.number <= p.plan.Poisoned {
		p.poison = id
		return
	}
	if p.rng.Float64() >= p.plan.Illness {
		return
	}
	kinds := illnesses
	if !p.plan.Hangs {
		kinds = kinds[:len(kinds)-1]
	}
	p.now, p.left = kinds[p.rng.IntN(len(kinds))], 1
	if p.now.end != endHang && p.rng.Float64() < twiceShare {
		p.left = 2
	}
}

// pause is how long the endpoint thinks before it answers.
func (p *patient) pause() time.Duration {
	if p.plan.Illness == 0 || p.rng.Float64() >= slowShare {
		return 0
	}
	return time.Duration(p.rng.Int64N(int64(slowest)))
}
