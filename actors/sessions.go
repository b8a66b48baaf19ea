package actors

import (
	"context"

	"partyline/actors/projection"
	"partyline/actors/rules/session"
	"partyline/actors/rules/standings"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Sessions lists all sessions, the newest first.
func (q *Queries) Sessions(ctx context.Context) ([]protocol.Session, error) {
	return projection.Ask(ctx, q.projection, func(s *standings.State) ([]protocol.Session, *protocol.Error) { return s.Sessions(), nil })
}

// Session is one session.
func (q *Queries) Session(ctx context.Context, id protocol.SessionID) (protocol.Session, error) {
	return projection.Ask(ctx, q.projection, func(s *standings.State) (protocol.Session, *protocol.Error) { return s.Session(id) })
}

// ActiveSession is the newest active session, nil when none is.
func (q *Queries) ActiveSession(ctx context.Context) (*protocol.Session, error) {
	return projection.Ask(ctx, q.projection, func(s *standings.State) (*protocol.Session, *protocol.Error) {
		active := s.Active()
		if len(active) == 0 {
			return nil, nil
		}
		newest, err := s.Session(active[0])
		return &newest, err
	})
}

// SessionGames lists the games played in a session in order, with their totals over all sessions.
func (q *Queries) SessionGames(ctx context.Context, id protocol.SessionID) ([]protocol.SessionGame, error) {
	plays, err := sessions.Ask(ctx, q.sessions, id, func(s *session.State) ([]protocol.SessionGame, *protocol.Error) { return s.Games(), nil })
	if err != nil {
		return nil, err
	}
	return plays, q.projection.AddPlayTotals(ctx, plays)
}

// SessionVotes are the votes of one session, game by game.
func (q *Queries) SessionVotes(ctx context.Context, id protocol.SessionID) (protocol.SessionVotes, error) {
	return sessions.Ask(ctx, q.sessions, id, func(s *session.State) (protocol.SessionVotes, *protocol.Error) { return s.Votes(), nil })
}
