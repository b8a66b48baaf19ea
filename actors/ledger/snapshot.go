package ledger

import (
	"fmt"

	"partyline/persistence"
	"partyline/protocol"
)

// Snapshots bound how long a stream takes to load. Taking one stops its actor for the time
// of the encoding (some 20 ms for a million votes), so a busy ledger takes them rarely and
// an idle one at once.
const (
	// snapshotUnderLoad is the number of facts after which one is taken under load: about a
	// quarter of a second of replay.
	snapshotUnderLoad = 200_000
	// SnapshotIdle is the number of facts worth a snapshot when no request waits.
	SnapshotIdle = 2_000
)

// VersionError is a snapshot of a version that this program does not read, where the
// records alone do not tell what the snapshot holds. Nothing stored is damaged.
type VersionError struct {
	Stream      string
	Found, Want uint32
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the snapshot of %s is of version %d, and this version of Partyline reads version %d", e.Stream, e.Found, e.Want)
}

// snapshotPlan says when a ledger's next snapshot is due, and which one waits to be saved.
type snapshotPlan struct {
	base    protocol.Seq // of the newest snapshot taken
	append  uint64       // the append that must be durable before the pending one is saved
	pending *persistence.Snapshot
}

// planSnapshot takes a snapshot of the speculative state when many facts have come since
// the last one. A session that has grown takes them ever more rarely: encoding costs by
// size.
func (l *Ledger[F, S]) planSnapshot() {
	every := l.kind.SnapshotEvery
	if every == 0 {
		every = max(snapshotUnderLoad, l.seq/4)
	}
	if l.snapshots.pending == nil && l.seq-l.snapshots.base >= every {
		l.takeSnapshot()
	}
}

// SnapshotDue says that there are facts enough for a snapshot when no request waits.
func (l *Ledger[F, S]) SnapshotDue() bool { return l.seq-l.snapshots.base >= SnapshotIdle }

// SnapshotIfIdle takes a snapshot when one is due and no request waits. It is called with
// every tick, and before the actor ends.
func (l *Ledger[F, S]) SnapshotIfIdle() {
	if !l.mustReload && l.snapshots.pending == nil && l.Idle() && l.SnapshotDue() {
		l.takeSnapshot()
		l.ReleaseDurable()
	}
}

func (l *Ledger[F, S]) takeSnapshot() {
	data := l.State.AppendSnapshot(nil)
	l.snapshots.base, l.snapshots.append = l.seq, l.submitted
	l.snapshots.pending = &persistence.Snapshot{Stream: l.stream, Seq: persistence.Seq(l.seq), Version: l.kind.Version, Data: data}
}

// saveSnapshot saves the pending snapshot once everything in it is durable.
func (l *Ledger[F, S]) saveSnapshot(durable uint64) {
	if l.snapshots.pending != nil && l.snapshots.append <= durable {
		l.SaveSnapshot(*l.snapshots.pending)
		l.snapshots.pending = nil
	}
}
