package actors

import (
	"fmt"

	"partyline/persistence"
	"partyline/protocol"
)

// Snapshots bound how long a stream takes to read. Taking one stops its session for
// the time of the encoding (some 20 ms for a million votes), so a busy session takes
// them rarely and a quiet one at once.
const (
	// snapshotBusy is the tail, in facts, after which one is taken under load: about
	// a quarter of a second of replay.
	snapshotBusy = 200_000
	// snapshotIdle is the tail worth a snapshot when nobody waits.
	snapshotIdle = 2_000
)

// versionError is a snapshot of a version that this program does not read, where the
// records alone do not tell what it holds. There is nothing wrong with what is stored.
type versionError struct {
	stream      string
	found, want uint32
}

func (e *versionError) Error() string {
	return fmt.Sprintf("the snapshot of %s is of version %d, and this version of Partyline reads version %d", e.stream, e.found, e.want)
}

// snapshotPlan is where a ledger's snapshots stand.
type snapshotPlan struct {
	base    protocol.Seq // of the newest snapshot taken
	ticket  uint64       // of the append that must be durable first
	pending *persistence.Snapshot
}

// planSnapshot takes a snapshot of the speculative state when the tail is long. A
// session that has grown takes them ever more rarely: encoding costs by size.
func (l *ledger[F, H]) planSnapshot() {
	tail := l.often
	if tail == 0 {
		tail = max(snapshotBusy, l.seq/4)
	}
	if l.snap.pending == nil && l.seq-l.snap.base >= tail {
		l.takeSnapshot()
	}
}

// rest is called when the actor has been quiet for a moment, and before it ends.
func (l *ledger[F, H]) rest() {
	if !l.suspect && l.snap.pending == nil && l.idle() && l.seq-l.snap.base >= snapshotIdle {
		l.takeSnapshot()
		l.settle()
	}
}

func (l *ledger[F, H]) takeSnapshot() {
	data := l.state.AppendSnapshot(nil)
	l.snap.base, l.snap.ticket = l.seq, l.submitted
	l.snap.pending = &persistence.Snapshot{Stream: l.stream, Seq: persistence.Seq(l.seq), Version: l.version, Data: data}
}

// keepSnapshot stores the snapshot once everything in it is durable.
func (l *ledger[F, H]) keepSnapshot(durable uint64) {
	if l.snap.pending != nil && l.snap.ticket <= durable {
		l.keep(*l.snap.pending)
		l.snap.pending = nil
	}
}
