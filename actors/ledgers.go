package actors

import (
	crand "crypto/rand"
	"math/rand/v2"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/access"
	"partyline/actors/rules/catalogue"
	"partyline/protocol"
)

// newCatalogue makes the actor of the games.
func (h *Hub) newCatalogue() actor.Actor {
	a := &ledger.Actor[catalogue.Fact, *catalogue.State]{System: h.system}
	a.Ledger = ledger.New("catalogue", ledger.Kind[catalogue.Fact, *catalogue.State]{
		New: catalogue.New, AppendFact: catalogue.AppendFact, ReadFact: catalogue.ReadFact, Version: catalogue.SnapshotVersion,
	}, ledger.Hooks[catalogue.Fact, *catalogue.State]{
		OnDurable: func(catalogue.Fact) {}, Publish: func([][]byte, protocol.Seq) {}, OnLoaded: func(*catalogue.State) {},
	}, &h.env)
	return a
}

// newAccess makes the actor of the access tokens.
func (h *Hub) newAccess() actor.Actor {
	a := &ledger.Actor[access.Fact, *access.State]{System: h.system}
	a.Ledger = ledger.New("access", ledger.Kind[access.Fact, *access.State]{
		New: access.New, AppendFact: access.AppendFact, ReadFact: access.ReadFact, Version: access.SnapshotVersion,
		HoldsAll: func(f access.Fact) bool { _, compacted := f.(*access.Compacted); return compacted },
	}, ledger.Hooks[access.Fact, *access.State]{
		OnDurable: h.LiveTokens.onDurable, Publish: func([][]byte, protocol.Seq) {},
		// As of 1970, so that a clock that is wrong at the start leaves no token out.
		OnLoaded: func(state *access.State) { h.LiveTokens.onLoaded(state.Tokens(0)) },
	}, &h.env)
	return a
}

// newDraw makes a source of random numbers that nobody can predict.
func newDraw() func() float64 {
	return func() float64 {
		var seed [32]byte
		_, _ = crand.Read(seed[:]) // never fails, says crypto/rand
		return rand.New(rand.NewChaCha8(seed)).Float64()
	}
}
