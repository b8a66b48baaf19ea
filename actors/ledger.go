package actors

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/protocol"
)

// ledger carries one state and keeps it true to its stream. It is pipelined: a
// command is decided and applied against the speculative state, its records are
// handed to the journal, and the next command follows at once. What was promised
// (answers, events) waits in order until the journal says that it is durable.
//
// One actor owns it. The only part that another goroutine touches is outcome.
type ledger[F any, H state[F]] struct {
	kind[F, H]
	ledgerHooks[F, H]
	stream  string
	journal persistence.Journal
	now     func() time.Time
	clock   *clock
	log     zerolog.Logger
	gauges  *gauges

	state H
	seq   protocol.Seq // of the last fact applied, durable or not

	promises  queue[promise]
	facts     queue[F]      // of all promises, in order
	events    queue[[]byte] // beside facts
	submitted uint64        // appends handed to the journal
	outcome   outcome
	heard     func(persistence.Outcome) // hear, bound once so that an append allocates no function

	// suspect: the state may not be what the journal holds (a commit failed, the
	// state panicked). Messages are held until every append has its outcome, then
	// the state is read again.
	suspect bool
	held    []asker
	broken  broken

	snap    snapshotPlan
	scratch struct{ fact, event []byte }
	decided []F
}

// ledgerHooks are what the actor around a ledger does with what happens in it.
type ledgerHooks[F any, H state[F]] struct {
	// wake sends the actor a message that calls settle. It is called from the
	// journal's committer and must not block.
	wake func()
	// durable is told of each fact that is on disk, in order, before its answer leaves.
	durable func(fact F)
	// publish is given the events of durable facts, after the answers, in order; last
	// is the seq of the last one.
	publish func(events [][]byte, last protocol.Seq)
	// reborn is told after each reading from the journal.
	reborn func(H)
	// keep stores a snapshot whose records are durable; it must not block.
	keep func(persistence.Snapshot)
}

// promise is an answer that waits for the append numbered ticket. It brings facts
// further facts and events of the queues beside it.
type promise struct {
	ticket uint64
	facts  int
	answer any
	err    *protocol.Error
	asker  asker
	// barrier: the asker wants everything before it to have been published already.
	barrier bool
}

// outcome is what the committer has said so far. It writes, the actor reads.
type outcome struct {
	mu       sync.Mutex
	resolved uint64 // appends with an outcome
	failed   uint64 // the first append that failed, numbered from 1; 0 when none
	err      error
	rung     bool // a wake-up is on its way
}

// newLedger makes a ledger that has not read its stream yet.
func newLedger[F any, H state[F]](stream string, s kind[F, H], hooks ledgerHooks[F, H], e *environment) *ledger[F, H] {
	l := &ledger[F, H]{kind: s, ledgerHooks: hooks, stream: stream, journal: e.journal, now: e.now, clock: e.clock, log: e.log, gauges: e.gauges}
	l.heard = l.hear
	return l
}

// recover reads snapshot and tail from the journal into a new state.
func (l *ledger[F, H]) recover(ctx context.Context) error {
	h, from, other, err := l.restore(ctx)
	if err != nil {
		return err
	}
	last := from
	for rec, err := range l.journal.Read(ctx, l.stream, from) {
		if err != nil {
			return err
		}
		if rec.Seq != last+1 && other != nil {
			return other
		}
		if rec.Seq != last+1 {
			// The journal passes over what was trimmed, and only a snapshot holds it.
			return fmt.Errorf("%w: %s: record %d follows %d, the snapshot in between is missing", persistence.ErrCorrupt, l.stream, rec.Seq, last)
		}
		if err := l.replay(h, rec); err != nil {
			return err
		}
		last = rec.Seq
	}
	l.state, l.seq = h, protocol.Seq(last)
	l.snap = snapshotPlan{base: protocol.Seq(from)}
	l.reborn(h)
	return nil
}

// restore reads the newest snapshot. One that is damaged or of another version is
// left aside: the stream itself holds everything, unless it is trimmed.
func (l *ledger[F, H]) restore(ctx context.Context) (h H, at persistence.Seq, other, err error) {
	s, ok, err := l.journal.LoadSnapshot(ctx, l.stream)
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return h, 0, nil, fmt.Errorf("load snapshot of %s: %w", l.stream, err)
	}
	if err == nil && ok && s.Version != l.version {
		other = &versionError{l.stream, s.Version, l.version}
		l.log.Warn().AnErr("cause", other).Str("stream", l.stream).Msg("snapshot of another version, replaying from the start")
	}
	if err == nil && ok && s.Version == l.version {
		h = l.born()
		if err = h.Restore(s.Data); err == nil {
			return h, s.Seq, nil, nil
		}
	}
	if err != nil {
		l.log.Error().Err(err).Str("stream", l.stream).Msg("snapshot unreadable, replaying from the start")
	}
	return l.born(), 0, other, nil
}

func (l *ledger[F, H]) replay(h H, rec persistence.Record) error {
	b, _, err := splitRecord(rec.Data)
	if err != nil {
		return fmt.Errorf("%w: %s seq %d: %w", persistence.ErrCorrupt, l.stream, rec.Seq, err)
	}
	fact, err := l.readFact(b)
	if err != nil {
		return fmt.Errorf("%w: %s seq %d: %w", persistence.ErrCorrupt, l.stream, rec.Seq, err)
	}
	h.Apply(fact, protocol.Seq(rec.Seq))
	return nil
}

// idle says that nobody waits.
func (l *ledger[F, H]) idle() bool { return l.promises.len() == 0 && len(l.held) == 0 }

// abandon answers everybody who waits: nothing more will come.
func (l *ledger[F, H]) abandon(err *protocol.Error) {
	for l.promises.len() > 0 {
		l.promises.pop().asker.reply(nil, err)
	}
	for _, a := range l.held {
		a.reply(nil, err)
	}
	l.held = nil
	l.facts, l.events = queue[F]{}, queue[[]byte]{}
	l.snap.pending = nil
}
