package actors

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/access"
	"partyline/actors/catalogue"
	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/session"
	"partyline/actors/sessions"
	"partyline/actors/standings"
	"partyline/protocol"
)

// ask sends a query to one of the actors that are always there and waits.
func ask[S, T any](ctx context.Context, h *Hub, pid *actor.PID, read func(S) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, &h.caller, read, func(q *ledger.Query[S]) *protocol.Error {
		h.system.Send(pid, q)
		return nil
	})
}

// joined writes the totals into an answer that is a game, also into one that is given
// again: what is stored under a key is what the catalogue knows, and it knows no totals.
func (h *Hub) withTotals(ctx context.Context, c protocol.Command, answer any) (any, error) {
	game, fresh := answer.(protocol.Game)
	stored, _ := answer.(json.RawMessage)
	if !fresh && (stored == nil || !answersGame(c)) {
		return answer, nil
	}
	if stored != nil {
		if err := json.Unmarshal(stored, &game); err != nil {
			return nil, fmt.Errorf("stored answer: %w", err)
		}
	}
	games := []protocol.Game{game}
	if err := h.addTotals(ctx, games); err != nil {
		return nil, err
	}
	if fresh {
		return games[0], nil
	}
	again, err := json.Marshal(games[0])
	return json.RawMessage(again), err
}

// answersGame says that the command is answered with a game of the catalogue.
func answersGame(c protocol.Command) bool {
	switch c.(type) {
	case protocol.CreateGame, protocol.UpdateGame, protocol.ToggleGame:
		return true
	}
	return false
}

func (h *Hub) addTotals(ctx context.Context, games []protocol.Game) error {
	totals, err := h.projection.Totals(ctx, games)
	if err != nil {
		return err
	}
	catalogue.Totals(totals).AddTo(games)
	return nil
}

// Games lists the games that fit, by pack (Pack 2 before Pack 10) and title.
func (h *Hub) Games(ctx context.Context, f protocol.GameFilter) ([]protocol.Game, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	games, err := ask(ctx, h, h.catalogue, func(c *catalogue.State) ([]protocol.Game, *protocol.Error) { return c.Games(f), nil })
	if err != nil {
		return nil, err
	}
	return games, h.addTotals(ctx, games)
}

// Game is one game of the catalogue.
func (h *Hub) Game(ctx context.Context, id protocol.GameID) (protocol.Game, error) {
	game, err := ask(ctx, h, h.catalogue, func(c *catalogue.State) (protocol.Game, *protocol.Error) { return c.Game(id) })
	if err != nil {
		return game, err
	}
	games := []protocol.Game{game}
	err = h.addTotals(ctx, games)
	return games[0], err
}

// Packs lists the packs with their weight in the picker.
func (h *Hub) Packs(ctx context.Context) ([]protocol.Pack, error) {
	return ask(ctx, h, h.catalogue, func(c *catalogue.State) ([]protocol.Pack, *protocol.Error) { return c.Packs(), nil })
}

// PackMeta lists the packs with their numbers.
func (h *Hub) PackMeta(ctx context.Context) ([]protocol.PackMeta, error) {
	games, err := h.Games(ctx, protocol.GameFilter{})
	if err != nil {
		return nil, err
	}
	totals, err := h.projection.Totals(ctx, games)
	if err != nil {
		return nil, err
	}
	return ask(ctx, h, h.catalogue, func(c *catalogue.State) ([]protocol.PackMeta, *protocol.Error) { return c.PackMeta(totals), nil })
}

// Pick draws a game by weight from those that fit and were not played lately.
func (h *Hub) Pick(ctx context.Context, p protocol.Pick) (protocol.Picked, error) {
	var none protocol.Picked
	if err := p.Check(); err != nil {
		return none, err
	}
	played, err := h.played(ctx, p.SessionID)
	if err != nil {
		return none, err
	}
	picked, err := ask(ctx, h, h.catalogue, func(c *catalogue.State) (protocol.Picked, *protocol.Error) {
		return c.Pick(p, played, h.draw())
	})
	if err != nil {
		return none, err
	}
	games := []protocol.Game{picked.Game}
	err = h.addTotals(ctx, games)
	picked.Game = games[0]
	return picked, err
}

func (h *Hub) played(ctx context.Context, id protocol.SessionID) ([]protocol.GameID, error) {
	if id == 0 {
		return nil, nil
	}
	return sessions.Ask(ctx, h.sessions, id, func(s *session.State) ([]protocol.GameID, *protocol.Error) { return s.Played(), nil })
}

// Sessions lists all sessions, the newest first.
func (h *Hub) Sessions(ctx context.Context) ([]protocol.Session, error) {
	return projection.Ask(ctx, h.projection, func(s *standings.State) ([]protocol.Session, *protocol.Error) { return s.Sessions(), nil })
}

// Session is one session.
func (h *Hub) Session(ctx context.Context, id protocol.SessionID) (protocol.Session, error) {
	return projection.Ask(ctx, h.projection, func(s *standings.State) (protocol.Session, *protocol.Error) { return s.Session(id) })
}

// ActiveSession is the newest active session, nil when none is.
func (h *Hub) ActiveSession(ctx context.Context) (*protocol.Session, error) {
	return projection.Ask(ctx, h.projection, func(s *standings.State) (*protocol.Session, *protocol.Error) {
		active := s.Active()
		if len(active) == 0 {
			return nil, nil
		}
		newest, err := s.Session(active[0])
		return &newest, err
	})
}

// SessionGames lists the playings of a session in order, with the totals of their
// games over all sessions.
func (h *Hub) SessionGames(ctx context.Context, id protocol.SessionID) ([]protocol.SessionGame, error) {
	plays, err := sessions.Ask(ctx, h.sessions, id, func(s *session.State) ([]protocol.SessionGame, *protocol.Error) { return s.Games(), nil })
	if err != nil {
		return nil, err
	}
	return plays, h.projection.AddPlayTotals(ctx, plays)
}

// SessionVotes are the votes of one session, game by game.
func (h *Hub) SessionVotes(ctx context.Context, id protocol.SessionID) (protocol.SessionVotes, error) {
	return sessions.Ask(ctx, h.sessions, id, func(s *session.State) (protocol.SessionVotes, *protocol.Error) { return s.Votes(), nil })
}

// Stats are the numbers over everything.
func (h *Hub) Stats(ctx context.Context) (protocol.Stats, error) {
	games, err := ask(ctx, h, h.catalogue, func(c *catalogue.State) ([]protocol.Game, *protocol.Error) {
		return c.Games(protocol.GameFilter{}), nil
	})
	if err != nil {
		return protocol.Stats{}, err
	}
	return projection.Ask(ctx, h.projection, func(s *standings.State) (protocol.Stats, *protocol.Error) { return s.Stats(games), nil })
}

// Tokens lists the scoped tokens that hold, the newest first.
func (h *Hub) Tokens(ctx context.Context) ([]protocol.Token, error) {
	return ask(ctx, h, h.access, func(a *access.State) ([]protocol.Token, *protocol.Error) {
		return a.Tokens(protocol.TimestampOf(h.env.Now())), nil
	})
}
