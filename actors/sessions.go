package actors

import (
	"context"

	"partyline/actors/projection"
	"partyline/actors/rules/session"
	"partyline/actors/rules/standings"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Sessions returns a page of the sessions, the newest first.
func (q *Queries) Sessions(ctx context.Context, part protocol.PageQuery) (protocol.Page[protocol.Session], error) {
	if err := part.Check(); err != nil {
		return protocol.Page[protocol.Session]{}, err
	}
	return projection.Ask(ctx, q.projection, func(s *standings.State) (protocol.Page[protocol.Session], *protocol.Error) {
		return s.SessionPage(part), nil
	})
}

// Session is one session.
func (q *Queries) Session(ctx context.Context, id protocol.SessionID) (protocol.Session, error) {
	return projection.Ask(ctx, q.projection, func(s *standings.State) (protocol.Session, *protocol.Error) { return s.Session(id) })
}

// ActiveSession is the newest active session, nil when none is.
func (q *Queries) ActiveSession(ctx context.Context) (*protocol.Session, error) {
	return projection.Ask(ctx, q.projection, func(s *standings.State) (*protocol.Session, *protocol.Error) {
		newest, ok := s.NewestActive()
		if !ok {
			return nil, nil
		}
		return &newest, nil
	})
}

// SessionGames returns a page of the games played in a session in order, with their totals over
// all sessions.
func (q *Queries) SessionGames(ctx context.Context, part protocol.SessionPart) (protocol.Page[protocol.SessionGame], error) {
	if err := part.Check(); err != nil {
		return protocol.Page[protocol.SessionGame]{}, err
	}
	page, err := sessions.Ask(ctx, q.sessions, part.ID, func(s *session.State) (protocol.Page[protocol.SessionGame], *protocol.Error) {
		return s.GamePage(part.PageQuery), nil
	})
	if err != nil {
		return page, err
	}
	return page, q.projection.AddPlayTotals(ctx, page.Rows)
}

// SessionVotes are the votes of one session, game by game.
func (q *Queries) SessionVotes(ctx context.Context, id protocol.SessionID) (protocol.SessionVotes, error) {
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) (protocol.SessionVotes, *protocol.Error) { return s.Votes(), nil })
}
