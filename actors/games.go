package actors

import (
	"context"

	"partyline/actors/rules/catalogue"
	"partyline/actors/rules/session"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Games lists the games that match, by pack (Pack 2 before Pack 10) and title.
func (q *Queries) Games(ctx context.Context, f protocol.GameFilter) ([]protocol.Game, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	games, err := ask(ctx, q, q.catalogue, func(c *catalogue.State) ([]protocol.Game, *protocol.Error) { return c.Games(f), nil })
	if err != nil {
		return nil, err
	}
	return games, q.addTotals(ctx, games)
}

// GamePage returns a page of the games that match, in the order of Games.
func (q *Queries) GamePage(ctx context.Context, f protocol.GamePart) (protocol.Page[protocol.Game], error) {
	if err := f.Check(); err != nil {
		return protocol.Page[protocol.Game]{}, err
	}
	page, err := ask(ctx, q, q.catalogue, func(c *catalogue.State) (protocol.Page[protocol.Game], *protocol.Error) { return c.GamePage(f), nil })
	if err != nil {
		return page, err
	}
	return page, q.addTotals(ctx, page.Rows)
}

// Game is one game of the catalogue.
func (q *Queries) Game(ctx context.Context, id protocol.GameID) (protocol.Game, error) {
	game, err := ask(ctx, q, q.catalogue, func(c *catalogue.State) (protocol.Game, *protocol.Error) { return c.Game(id) })
	if err != nil {
		return game, err
	}
	games := []protocol.Game{game}
	err = q.addTotals(ctx, games)
	return games[0], err
}

// Packs lists the packs with their weight for the picker.
func (q *Queries) Packs(ctx context.Context) ([]protocol.Pack, error) {
	return ask(ctx, q, q.catalogue, func(c *catalogue.State) ([]protocol.Pack, *protocol.Error) { return c.Packs(), nil })
}

// PackMeta lists the packs with their totals.
func (q *Queries) PackMeta(ctx context.Context) ([]protocol.PackMeta, error) {
	games, err := q.Games(ctx, protocol.GameFilter{})
	if err != nil {
		return nil, err
	}
	totals, err := q.projection.Totals(ctx, games)
	if err != nil {
		return nil, err
	}
	return ask(ctx, q, q.catalogue, func(c *catalogue.State) ([]protocol.PackMeta, *protocol.Error) { return c.PackMeta(totals), nil })
}

// Pick draws a game by weight from those that match and were not played recently.
func (q *Queries) Pick(ctx context.Context, p protocol.Pick) (protocol.Picked, error) {
	var none protocol.Picked
	if err := p.Check(); err != nil {
		return none, err
	}
	played, err := q.played(ctx, p.SessionID)
	if err != nil {
		return none, err
	}
	picked, err := ask(ctx, q, q.catalogue, func(c *catalogue.State) (protocol.Picked, *protocol.Error) {
		return c.Pick(p, played, q.draw())
	})
	if err != nil {
		return none, err
	}
	games := []protocol.Game{picked.Game}
	err = q.addTotals(ctx, games)
	picked.Game = games[0]
	return picked, err
}

// played lists the games that were played in a session, none for 0.
func (q *Queries) played(ctx context.Context, id protocol.SessionID) ([]protocol.GameID, error) {
	if id == 0 {
		return nil, nil
	}
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) ([]protocol.GameID, *protocol.Error) { return s.Played(), nil })
}

// addTotals writes the totals of all sessions into games read from the catalogue.
func (q *Queries) addTotals(ctx context.Context, games []protocol.Game) error {
	totals, err := q.projection.Totals(ctx, games)
	if err != nil {
		return err
	}
	catalogue.Totals(totals).AddTo(games)
	return nil
}
