package projection

import (
	"context"
	"maps"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/standings"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
	"partyline/persistence"
	"partyline/protocol"
)

// Service is the projection and the way to ask it. Its methods may be called from any goroutine
// after Start.
type Service struct {
	env        ledger.Env
	system     *runtime.System
	caller     *ledger.Caller
	projection *projection
	pid        *actor.PID
	unwatch    func()
}

// New makes a Service that has read nothing yet.
func New(e ledger.Env, system *runtime.System, caller *ledger.Caller) *Service {
	return &Service{env: e, system: system, caller: caller, projection: newProjection(e)}
}

// Load reads the standings up to the head of the journal, from their snapshot if there is one.
// The state belongs to the caller until Start.
func (s *Service) Load(ctx context.Context) (*standings.State, error) {
	if err := s.projection.load(ctx); err != nil {
		return nil, err
	}
	return s.projection.state, nil
}

// AddCorrupt adds a session that cannot be read. It is called before Start.
func (s *Service) AddCorrupt(id protocol.SessionID, seq persistence.Seq, err error) {
	s.projection.corrupt.add(sessions.Stream(id), seq, err)
}

// Start starts the actor, which reads on after each commit.
func (s *Service) Start() {
	s.pid = s.system.Spawn(func() actor.Actor { return s.projection })
	notify := func() { s.system.Send(s.pid, runtime.Wake{}) }
	s.unwatch = s.env.OnCommit(func() { s.projection.notify(notify) })
}

// Unwatch ends the messages after commits.
func (s *Service) Unwatch() { s.unwatch() }

// Tick is called once a second.
func (s *Service) Tick() { s.system.Send(s.pid, runtime.Tick{}) }

// Stop reads the rest of the journal, writes a snapshot and ends the actor.
func (s *Service) Stop(ctx context.Context) { s.system.End(ctx, s.pid) }

// RequestCheckpoint asks for a snapshot of the standings soon. It does not wait.
func (s *Service) RequestCheckpoint() { s.system.Send(s.pid, checkpoint{}) }

// Checkpointed is the position up to which the snapshot of the standings on disk has read the
// journal, 0 when there is none that can be read.
func (s *Service) Checkpointed(ctx context.Context) (persistence.Position, error) {
	return checkpointed(ctx, s.env.Journal)
}

// Ask reads the standings as of the head of the journal. The errors are *protocol.Error.
func Ask[T any](ctx context.Context, s *Service, read func(*standings.State) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, s.caller, read, func(q *ledger.Query[*standings.State]) *protocol.Error {
		s.system.Send(s.pid, q)
		return nil
	})
}

// Totals are the plays, votes up and votes down of a game over all sessions.
type Totals = func(protocol.GameID) (plays, up, down int64)

// Totals returns the totals of the games, all of one moment.
func (s *Service) Totals(ctx context.Context, games []protocol.Game) (Totals, error) {
	type row struct{ plays, up, down int64 }
	rows, err := Ask(ctx, s, func(h *standings.State) (map[protocol.GameID]row, *protocol.Error) {
		rows := make(map[protocol.GameID]row, len(games))
		for _, g := range games {
			plays, up, down := h.Totals(g.ID)
			rows[g.ID] = row{plays, up, down}
		}
		return rows, nil
	})
	return func(id protocol.GameID) (int64, int64, int64) {
		r := rows[id]
		return r.plays, r.up, r.down
	}, err
}

// AddPlayTotals writes the totals of their games into the games of a session.
func (s *Service) AddPlayTotals(ctx context.Context, plays []protocol.SessionGame) error {
	games := make([]protocol.Game, len(plays))
	for i, p := range plays {
		games[i].ID = p.GameID
	}
	totals, err := s.Totals(ctx, games)
	if err != nil {
		return err
	}
	for i := range plays {
		p := &plays[i]
		_, up, down := totals(p.GameID)
		p.Upvotes, p.Downvotes, p.PopularityScore = up, down, up-down
	}
	return nil
}

// VoteCounts is what the standings know of the votes that a filter matches.
type VoteCounts struct {
	// Exact: Total is known, and so is how many votes of each session match.
	Exact bool
	Total int64
	// Sessions are the counts of the sessions that the standings know.
	Sessions map[protocol.SessionID]standings.VoteCounts
	// Corrupt are the sessions that cannot be read.
	Corrupt map[protocol.SessionID]struct{}
}

// VoteCounts returns the counts, all of one moment.
func (s *Service) VoteCounts(ctx context.Context, f protocol.VoteFilter) (VoteCounts, error) {
	return Ask(ctx, s, func(h *standings.State) (VoteCounts, *protocol.Error) {
		total, exact := h.VoteCount(f)
		// read runs in the actor, which owns the corrupt sessions.
		return VoteCounts{Exact: exact, Total: total, Sessions: h.VotesPerSession(f), Corrupt: maps.Clone(s.projection.corrupt.sessions)}, nil
	})
}
