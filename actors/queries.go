package actors

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/rules/access"
	"partyline/actors/rules/catalogue"
	"partyline/actors/rules/standings"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Queries answers questions about games, sessions, totals and tokens. An answer tells only of
// facts that are on disk. Its methods may be called from any goroutine; all errors they return are
// *protocol.Error.
type Queries struct {
	now        func() time.Time
	clock      *ledger.Clock
	caller     *ledger.Caller
	system     *runtime.System
	catalogue  *actor.PID
	access     *actor.PID
	sessions   *sessions.Service
	projection *projection.Service
	draw       func() float64 // the picker's random numbers
}

// ask reads the state of the catalogue or of the tokens.
func ask[S, T any](ctx context.Context, q *Queries, pid *actor.PID, read func(S) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, q.caller, read, func(m *ledger.Query[S]) *protocol.Error {
		q.system.Send(pid, m)
		return nil
	})
}

// Stats are the totals over all games and sessions.
func (q *Queries) Stats(ctx context.Context) (protocol.Stats, error) {
	games, err := ask(ctx, q, q.catalogue, func(c *catalogue.State) ([]protocol.Game, *protocol.Error) {
		return c.Games(protocol.GameFilter{}), nil
	})
	if err != nil {
		return protocol.Stats{}, err
	}
	return projection.Ask(ctx, q.projection, func(s *standings.State) (protocol.Stats, *protocol.Error) { return s.Stats(games), nil })
}

// Tokens returns a page of the scoped tokens that are neither expired nor revoked, the newest
// first.
func (q *Queries) Tokens(ctx context.Context, part protocol.PageQuery) (protocol.Page[protocol.Token], error) {
	if err := part.Check(); err != nil {
		return protocol.Page[protocol.Token]{}, err
	}
	return ask(ctx, q, q.access, func(a *access.State) (protocol.Page[protocol.Token], *protocol.Error) {
		return a.TokenPage(part, protocol.TimestampOf(q.now())), nil
	})
}
