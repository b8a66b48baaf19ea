package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

const (
	// LoadTimeout bounds one load of a stream, so that a failing disk cannot hold an actor
	// for ever. A session of ten million votes loads in less.
	LoadTimeout = 60 * time.Second
	// ReadTimeout bounds one look at the journal by an actor, for the same reason.
	ReadTimeout = 10 * time.Second
	// reloadPause is the least time between two loads that fail, doubled with each failure up
	// to reloadPauseMax: a damaged stream must not be read for every request, and a failing
	// disk not by every session every second.
	reloadPause    = time.Second
	reloadPauseMax = time.Minute
)

// loadFailure is the last load, if it has failed.
type loadFailure struct {
	err   error
	at    time.Time
	pause time.Duration
}

// LoadFailed says that the last load has failed.
func (l *Ledger[F, S]) LoadFailed() bool { return l.loadFailure.err != nil }

// reload loads the state again once every append has its outcome, so that none of them can
// still arrive, and every reply of theirs was sent; then it handles the deferred requests. An
// outcome that came since the replies were looked at has woken the actor again.
func (l *Ledger[F, S]) reload() {
	if l.pending.Len() > 0 || !l.Quiescent() {
		return
	}
	deferred := l.deferred
	l.deferred = nil
	if err := l.Load(); err != nil {
		refusal := ToClient(err)
		for _, r := range deferred {
			r.Respond(nil, refusal)
		}
		return
	}
	for i, r := range deferred {
		if l.mustReload {
			l.deferred = append(l.deferred, deferred[i:]...)
			return
		}
		l.Handle(r)
	}
}

// Load reads the state from the journal and starts a new count of appends.
func (l *Ledger[F, S]) Load() error {
	if l.LoadFailed() && l.Now().Sub(l.loadFailure.at) < l.loadFailure.pause {
		return l.loadFailure.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), LoadTimeout)
	defer cancel()
	if err := l.recover(ctx); err != nil {
		l.Log.Error().Err(err).Str("stream", l.stream).Msg("cannot be read from the journal")
		pause := min(max(2*l.loadFailure.pause, reloadPause), reloadPauseMax)
		l.mustReload, l.loadFailure = true, loadFailure{err, l.Now(), pause}
		return err
	}
	l.mustReload, l.loadFailure, l.submitted = false, loadFailure{}, 0
	l.outcomes.mu.Lock()
	l.outcomes.resolved, l.outcomes.failed, l.outcomes.err = 0, 0, nil
	l.outcomes.mu.Unlock()
	return nil
}

// recover reads the snapshot and the records after it into a new state.
func (l *Ledger[F, S]) recover(ctx context.Context) error {
	s, from, other, err := l.restore(ctx)
	if err != nil {
		return err
	}
	last := from
	for rec, err := range l.Journal.Read(ctx, l.stream, from) {
		if err != nil {
			return err
		}
		fact, err := l.readFact(rec)
		if err != nil {
			return err
		}
		if rec.Seq != last+1 {
			// The journal skips what was trimmed: a snapshot holds that, or this fact.
			if !l.kind.holdsAll(fact) {
				if other != nil {
					return other
				}
				return fmt.Errorf("%w: %s: record %d follows %d, the snapshot in between is missing", persistence.ErrCorrupt, l.stream, rec.Seq, last)
			}
			s = l.kind.New()
		}
		s.Apply(fact, protocol.Seq(rec.Seq))
		last = rec.Seq
	}
	l.State, l.seq = s, protocol.Seq(last)
	l.snapshots = snapshotPlan{base: protocol.Seq(from)}
	l.hooks.OnLoaded(s)
	return nil
}

// restore reads the newest snapshot into a state, and returns the sequence number of the
// snapshot's last fact. A snapshot that is damaged or of another version (returned as
// other) is ignored: the stream itself holds everything, unless it is trimmed.
func (l *Ledger[F, S]) restore(ctx context.Context) (s S, at persistence.Seq, other, err error) {
	snap, ok, err := l.Journal.LoadSnapshot(ctx, l.stream)
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return s, 0, nil, fmt.Errorf("load snapshot of %s: %w", l.stream, err)
	}
	if err == nil && ok && !l.kind.reads(snap.Version) {
		other = &VersionError{l.stream, snap.Version, l.kind.Version}
		l.Log.Warn().AnErr("cause", other).Str("stream", l.stream).Msg("snapshot of another version, replaying from the start")
	}
	if err == nil && ok && l.kind.reads(snap.Version) {
		s = l.kind.New()
		if err = s.Restore(snap.Data); err == nil {
			return s, snap.Seq, nil, nil
		}
	}
	if err != nil {
		l.Log.Error().Err(err).Str("stream", l.stream).Msg("snapshot unreadable, replaying from the start")
	}
	return l.kind.New(), 0, other, nil
}

func (l *Ledger[F, S]) readFact(rec persistence.Record) (fact F, err error) {
	b, _, err := SplitRecord(rec.Data)
	if err == nil {
		fact, err = l.kind.ReadFact(b)
	}
	if err != nil {
		return fact, fmt.Errorf("%w: %s seq %d: %w", persistence.ErrCorrupt, l.stream, rec.Seq, err)
	}
	return fact, nil
}
