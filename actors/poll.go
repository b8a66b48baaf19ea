package actors

import (
	"context"

	"partyline/actors/rules/catalogue"
	"partyline/actors/rules/session"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Poll is the newest poll of a session, open or over, nil before the first.
func (q *Queries) Poll(ctx context.Context, id protocol.SessionID) (*protocol.Poll, error) {
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) (*protocol.Poll, *protocol.Error) { return s.Poll(q.clock.Read()), nil })
}

// candidates are the games of a poll that is to start: those that the command names, or as many as
// it asks for, picked.
func (q *Queries) candidates(ctx context.Context, c protocol.StartPoll) ([]protocol.Game, error) {
	var games []protocol.Game
	var err error
	if c.Count == nil {
		games, err = ask(ctx, q, q.catalogue, func(s *catalogue.State) ([]protocol.Game, *protocol.Error) { return gamesByID(s, c.GameIDs) })
	} else {
		games, err = q.pickCandidates(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	return games, q.addTotals(ctx, games)
}

func (q *Queries) pickCandidates(ctx context.Context, c protocol.StartPoll) ([]protocol.Game, error) {
	played, err := q.played(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	draws := make([]float64, *c.Count)
	for i := range draws {
		draws[i] = q.draw()
	}
	return ask(ctx, q, q.catalogue, func(s *catalogue.State) ([]protocol.Game, *protocol.Error) {
		return s.PickCandidates(c.Pick(), played, draws)
	})
}

func gamesByID(s *catalogue.State, ids []protocol.GameID) ([]protocol.Game, *protocol.Error) {
	games := make([]protocol.Game, len(ids))
	for i, id := range ids {
		var err *protocol.Error
		if games[i], err = s.Game(id); err != nil {
			return nil, err
		}
	}
	return games, nil
}
