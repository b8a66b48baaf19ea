package actors

import (
	"context"

	"partyline/actors/catalogue"
	"partyline/actors/session"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Poll is the newest poll of a session, open or over, nil before the first.
func (h *Hub) Poll(ctx context.Context, id protocol.SessionID) (*protocol.Poll, error) {
	return sessions.Ask(ctx, h.sessions, id, func(s *session.State) (*protocol.Poll, *protocol.Error) { return s.Poll(h.env.Clock.Read()), nil })
}

// candidates looks up the games that a poll names, or has the picker roll them.
func (h *Hub) candidates(ctx context.Context, c protocol.StartPoll) ([]protocol.Game, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	games, err := h.pickCandidates(ctx, c)
	if err != nil {
		return nil, err
	}
	return games, h.addTotals(ctx, games)
}

func (h *Hub) pickCandidates(ctx context.Context, c protocol.StartPoll) ([]protocol.Game, error) {
	if c.Count == nil {
		return ask(ctx, h, h.catalogue, func(l *catalogue.State) ([]protocol.Game, *protocol.Error) { return gamesByID(l, c.GameIDs) })
	}
	played, err := h.played(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	draws := make([]float64, *c.Count)
	for i := range draws {
		draws[i] = h.draw()
	}
	return ask(ctx, h, h.catalogue, func(l *catalogue.State) ([]protocol.Game, *protocol.Error) {
		return l.PickCandidates(c.Pick(), played, draws)
	})
}

func gamesByID(l *catalogue.State, ids []protocol.GameID) ([]protocol.Game, *protocol.Error) {
	games := make([]protocol.Game, len(ids))
	for i, id := range ids {
		var err *protocol.Error
		if games[i], err = l.Game(id); err != nil {
			return nil, err
		}
	}
	return games, nil
}
