package actors

import (
	"context"

	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/actors/rules/catalogue"
	"partyline/actors/rules/standings"
	"partyline/protocol"
)

// Tickers are those that games have, in upper case.
func (q *Queries) Tickers(ctx context.Context) (map[string]protocol.GameID, error) {
	return ask(ctx, q, q.catalogue, func(c *catalogue.State) (map[string]protocol.GameID, *protocol.Error) { return c.Tickers(), nil })
}

// castByTicker submits a vote completed with the game of its ticker and the game's totals, which
// the session needs when it does not know the game. It does not wait: done is called as by Go.
// A ticker that no game has is refused by the session, so that a stored answer is given again.
func (h *Hub) castByTicker(c Call, done func(answer any, err *protocol.Error)) {
	vote := *c.Command.(*protocol.CastVote)
	c.Command = &vote
	find := func(s *catalogue.State, _ protocol.Seq) (any, *protocol.Error) {
		if g, ok := s.GameByTicker(vote.Ticker); ok {
			vote.Game = &g
		}
		return nil, nil
	}
	total := func(s *standings.State, _ protocol.Seq) (any, *protocol.Error) {
		games := []protocol.Game{*vote.Game}
		catalogue.Totals(s.Totals).AddTo(games)
		vote.Game = &games[0]
		return nil, nil
	}
	then := func(next func()) func(any, *protocol.Error) {
		return func(_ any, err *protocol.Error) {
			if err != nil {
				done(nil, ledger.ReadError(err))
				return
			}
			next()
		}
	}
	askAsync(h, &ledger.Query[*catalogue.State]{Read: find}, h.sendToCatalogue, then(func() {
		if vote.Game == nil {
			h.submit(c, done)
			return
		}
		askAsync(h, &ledger.Query[*standings.State]{Read: total}, h.projection.Send, then(func() { h.submit(c, done) }))
	}))
}

func (h *Hub) sendToCatalogue(q *ledger.Query[*catalogue.State]) { h.system.Send(h.catalogue, q) }

// askAsync sends a query of a vote, for which done is called once.
func askAsync[S any](h *Hub, q *ledger.Query[S], send func(*ledger.Query[S]), done func(any, *protocol.Error)) {
	slots, err := h.caller.Gate.Acquire(admission.ClassBot, 1)
	if err != nil {
		done(nil, err)
		return
	}
	q.Slots, q.Done = slots, done
	send(q)
}

// addTickerGames completes the votes of a batch that name a ticker.
func (h *Hub) addTickerGames(ctx context.Context, votes []protocol.CastVote) error {
	tickers := map[string]*protocol.Game{}
	for i := range votes {
		if t := votes[i].Ticker; t != "" {
			tickers[t] = nil
		}
	}
	if len(tickers) == 0 {
		return nil
	}
	games, err := ask(ctx, h.Queries, h.catalogue, func(c *catalogue.State) ([]protocol.Game, *protocol.Error) {
		var games []protocol.Game
		for t := range tickers {
			if g, ok := c.GameByTicker(t); ok {
				games = append(games, g)
			}
		}
		return games, nil
	})
	if err != nil || len(games) == 0 {
		return err
	}
	if err := h.addTotals(ctx, games); err != nil {
		return err
	}
	for i := range games {
		tickers[*games[i].Ticker] = &games[i]
	}
	for i := range votes {
		if t := votes[i].Ticker; t != "" {
			votes[i].Game = tickers[protocol.NormalizeTicker(t)]
		}
	}
	return nil
}

// withTickerGames is a chat log with the games that are voted for by ticker. Those that are gone
// have the id 0.
func (h *Hub) withTickerGames(ctx context.Context, c *protocol.ImportChat) (*protocol.ImportChat, error) {
	if len(c.Games) == 0 {
		return c, nil
	}
	games, err := ask(ctx, h.Queries, h.catalogue, func(s *catalogue.State) ([]protocol.Game, *protocol.Error) {
		games := make([]protocol.Game, len(c.Games))
		for i, g := range c.Games {
			games[i], _ = s.Game(g.ID) // the zero value when it is gone
		}
		return games, nil
	})
	if err != nil {
		return c, err
	}
	completed := *c
	completed.Games = games
	return &completed, h.addTotals(ctx, games)
}
