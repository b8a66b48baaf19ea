package projection

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/session/fact"
	"partyline/actors/rules/standings"
	"partyline/actors/runtime"
	"partyline/actors/sessions"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/protocol"
)

// projection is the actor that applies the facts of all sessions to the standings. It reads up
// to the head of the journal before each answer, so a client whose command was answered sees its
// result.
type projection struct {
	ledger.Env
	state      *standings.State
	position   persistence.Position // of the last record applied
	snapshotAt persistence.Position // of the newest snapshot
	// snapshotBytes is the size of the newest snapshot.
	snapshotBytes int
	failure       error // of the last reading
	deleted       deletedTotals
	notified      atomic.Bool // a wake-up is on its way
	corrupt       corruptSessions
	votes         votes
}

// standingsStream names the snapshot; there is no stream of that name.
const standingsStream = "standings"

// The standings may be ahead of their snapshot by minUnsaved records at least, a tenth of a
// second of reading at the next start, and by maxUnsaved at most. Between the two they are
// behind by a quarter of the snapshot's bytes, so that snapshots take no more than four bytes a
// vote: they grow with the sessions.
const (
	minUnsaved = 100_000
	maxUnsaved = 500_000
)

func newProjection(e ledger.Env) *projection {
	return &projection{Env: e, state: standings.New(), corrupt: newCorruptSessions(e), deleted: deletedTotals{Env: e}, votes: votes{Env: e}}
}

// load reads the snapshot and the records after it. It is called before the actor starts.
func (p *projection) load(ctx context.Context) error {
	s, ok, err := p.Journal.LoadSnapshot(ctx, standingsStream)
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return err
	}
	if err == nil && ok && s.Version != standings.SnapshotVersion {
		// The totals of deleted sessions are in no stream any more.
		return fmt.Errorf("standings: %w", &ledger.VersionError{Stream: standingsStream, Found: s.Version, Want: standings.SnapshotVersion})
	}
	if err == nil && ok {
		if err = p.state.Restore(s.Data); err == nil {
			p.position, p.snapshotAt = persistence.Position(s.Seq), persistence.Position(s.Seq)
			p.snapshotBytes = len(s.Data)
		}
	}
	if err != nil {
		p.Log.Error().Err(err).Msg("standings' snapshot unreadable, counting from the start")
	}
	if p.position == 0 {
		if p.state, err = p.deleted.load(ctx); err != nil {
			return err
		}
	}
	sound, err := p.corrupt.load(ctx)
	if err != nil {
		return err
	}
	if p.position > 0 {
		for _, id := range sound {
			p.recount(ctx, id)
		}
	}
	if err := p.votes.load(ctx, len(sound) > 0); err != nil {
		return err
	}
	if x := p.votes.index; x != nil {
		if err := p.votes.readTo(ctx, x, p.position); ctx.Err() != nil {
			return err
		} else if err != nil {
			p.votes.restart(err)
		}
	}
	return p.catchUp(ctx)
}

// recount counts a session again that was corrupt when it was counted and can be read now, up to
// the position that the standings have read.
func (p *projection) recount(ctx context.Context, id protocol.SessionID) {
	p.state.RemoveSession(id)
	last := persistence.Seq(0)
	for rec, err := range p.Journal.Read(ctx, sessions.Stream(id), 0) {
		if err == nil && rec.Position > p.position {
			break
		}
		if err == nil {
			_, err = p.applyTotals(rec)
		}
		if err != nil {
			p.corrupt.add(sessions.Stream(id), last+1, err)
			return
		}
		last = rec.Seq
	}
	p.snapshotAt = 0 // the snapshot on disk does not have the session
	p.Log.Info().Int64("session", int64(id)).Uint64("through", uint64(last)).Msg("a session that was damaged is sound again, and counted anew")
}

// Receive implements actor.Actor.
func (p *projection) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case runtime.Wake:
		p.notified.Store(false)
		_ = p.refresh()
	case *ledger.Query[*standings.State]:
		if err := p.refresh(); err != nil {
			m.Respond(nil, ledger.ReadError(ledger.ToClient(err)))
			return
		}
		m.Respond(m.Read(p.state, 0))
	case buildIndex:
		p.votes.start()
	case *voteindex.Index:
		p.votes.take(context.Background(), m, p.position)
	case damagedIndex:
		p.votes.damaged(m.cause)
	case runtime.Tick:
		p.votes.tick()
		if p.position-p.snapshotAt >= ledger.SnapshotIdle && p.position == p.Journal.Head() {
			p.snapshot()
		}
	case checkpoint:
		if p.refresh() == nil {
			p.snapshot()
		}
	case *actor.Stopping:
		if p.refresh() == nil && p.position > p.snapshotAt {
			p.snapshot()
		}
		p.votes.stop()
	}
}

// buildIndex begins a build where load has left one to do.
type buildIndex struct{}

// damagedIndex tells of damage that a page of the vote history has met.
type damagedIndex struct{ cause error }

// checkpoint asks for a snapshot of the standings.
type checkpoint struct{}

// checkpointed is the position up to which the snapshot of the standings on disk has read the
// journal, 0 when there is none that can be read.
func checkpointed(ctx context.Context, j persistence.Journal) (persistence.Position, error) {
	s, ok, err := j.LoadSnapshot(ctx, standingsStream)
	if errors.Is(err, persistence.ErrCorrupt) || err == nil && (!ok || s.Version != standings.SnapshotVersion) {
		return 0, nil // the eraser asks for a new one
	}
	if err != nil {
		return 0, fmt.Errorf("load snapshot of %s: %w", standingsStream, err)
	}
	return persistence.Position(s.Seq), nil
}

// notify is called by the committer after each commit; it must not block. send has a Wake sent
// to the actor, unless one is on its way.
func (p *projection) notify(send func()) {
	if !p.notified.Swap(true) {
		send()
	}
}

// refresh reads up to the head, and takes a snapshot when the last one is too old. An error is
// logged when it is not that of the last reading.
func (p *projection) refresh() error {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	err := p.catchUp(ctx)
	if err != nil && (p.failure == nil || err.Error() != p.failure.Error()) {
		p.Log.Error().Err(err).Msg("standings cannot be read from the journal")
	}
	p.failure = err
	if err == nil && p.position-p.snapshotAt >= p.snapshotEvery() {
		p.snapshot()
	}
	return err
}

// snapshotEvery is how many records the standings may be ahead of their snapshot.
func (p *projection) snapshotEvery() persistence.Position {
	return min(max(minUnsaved, persistence.Position(p.snapshotBytes/4)), maxUnsaved)
}

// catchUp reads up to the head. A damaged part of the journal is skipped: its session is corrupt,
// and the others go on.
func (p *projection) catchUp(ctx context.Context) error {
	for head := p.Journal.Head(); p.position < head; {
		err := p.advance(ctx)
		var d *persistence.Damage
		switch {
		case err == nil:
			p.position = max(p.position, head) // the records after the last one were trimmed
			p.votes.advance(p.position)
		case errors.As(err, &d):
			p.corrupt.add(d.Stream, d.First, err)
			p.position = d.LastPosition
			p.votes.advance(p.position)
		default:
			return err
		}
	}
	return nil
}

// advance applies the records after position until the first error of the journal.
func (p *projection) advance(ctx context.Context) error {
	for rec, err := range p.Journal.ReadAll(ctx, p.position) {
		if err != nil {
			return err
		}
		if err := p.apply(rec); err != nil {
			p.corrupt.add(rec.Stream, rec.Seq, err)
		}
		p.position = rec.Position
	}
	return nil
}

// apply applies a record to the totals, and then to the index of the vote history.
func (p *projection) apply(rec persistence.Record) error {
	f, err := p.applyTotals(rec)
	if f != nil {
		id, _ := sessions.IDOf(rec.Stream)
		p.votes.apply(id, rec.Position, f)
	}
	p.votes.advance(rec.Position)
	return err
}

// applyTotals returns the fact that it has applied, nil where there is none.
func (p *projection) applyTotals(rec persistence.Record) (fact.Fact, error) {
	id, ok := sessions.IDOf(rec.Stream)
	if !ok {
		return nil, nil
	}
	f, err := sessions.ReadFact(rec)
	if err != nil {
		return nil, err
	}
	if _, deleted := f.(*fact.Deleted); deleted && rec.Position <= p.deleted.until {
		p.state.RemoveSession(id) // its totals are there already
		return f, nil
	}
	p.state.Apply(id, f)
	return f, nil
}

// snapshot queues the snapshots that belong together; the standings' own is the last.
func (p *projection) snapshot() {
	p.snapshotAt = p.position
	p.corrupt.saveBefore(p.position)
	p.deleted.saveBefore(p.position, p.state)
	data := p.state.AppendSnapshot(nil)
	p.snapshotBytes = len(data)
	p.SaveSnapshot(persistence.Snapshot{Stream: standingsStream, Seq: persistence.Seq(p.position), Version: standings.SnapshotVersion, Data: data})
}
