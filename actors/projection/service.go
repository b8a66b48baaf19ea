package projection

import (
	"context"
	"maps"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/standings"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
	"partyline/actors/voteindex"
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
	v := &s.projection.votes
	v.adopt = func(x *voteindex.Index) { s.system.Send(s.pid, x) }
	s.pid = s.system.Spawn(func() actor.Actor { return s.projection })
	s.system.Send(s.pid, buildIndex{})
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

// Send gives a query to the standings, which they answer as of the head of the journal.
func (s *Service) Send(q *ledger.Query[*standings.State]) { s.system.Send(s.pid, q) }

// Ask reads the standings as of the head of the journal. The errors are *protocol.Error.
func Ask[T any](ctx context.Context, s *Service, read func(*standings.State) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, s.caller, read, func(q *ledger.Query[*standings.State]) *protocol.Error {
		s.Send(q)
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

// PlanVotes plans a query on the index of the vote history, as of the head of the journal. LeftOut
// of the query is set to the sessions that cannot be read. ok is false when the query's name must
// be looked up again. The errors are *protocol.Error.
func (s *Service) PlanVotes(ctx context.Context, q voteindex.Query) (p *voteindex.Plan, ok bool, err error) {
	p, err = Ask(ctx, s, func(*standings.State) (*voteindex.Plan, *protocol.Error) {
		// read runs in the actor, which owns the index and the corrupt sessions.
		x := s.projection.votes.index
		if x == nil {
			return nil, errBuilding()
		}
		q.LeftOut = maps.Clone(s.projection.corrupt.sessions)
		plan, _ := x.Plan(q)
		return plan, nil
	})
	return p, p != nil, err
}

// errBuilding is the error while there is no index.
func errBuilding() *protocol.Error {
	e := protocol.Errorf(protocol.CodeStarting, "The index of the vote history is being built; everything else works, try again in a moment")
	e.RetryAfter = indexRetryAfter
	return e
}

// indexRetryAfter: a build takes some seconds for each million votes.
const indexRetryAfter = 10 * time.Second

// RebuildVotes has the index built again in which a page has met damage, unless that was done a
// short time ago. The error is for whoever has asked for the page.
func (s *Service) RebuildVotes(cause error) *protocol.Error {
	s.system.Send(s.pid, damagedIndex{cause})
	return errBuilding()
}
