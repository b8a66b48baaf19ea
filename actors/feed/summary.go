package feed

import "partyline/protocol"

// Summary is the state of the session for a reader that does not follow every event: the
// newest snapshot, and the tally that continues it. Each is one complete server frame that
// never changes. A reader that has the snapshot of SnapshotSeq, or a later one, needs only the
// tally.
type Summary struct {
	Snapshot    []byte
	SnapshotSeq protocol.Seq
	// Tally is nil when the session is deleted: then Snapshot is its last event.
	Tally    []byte
	TallySeq protocol.Seq // never before SnapshotSeq
}

// snapshot holds the newest state, encoded when it is read.
type snapshot struct {
	staleSeq protocol.Seq           // of the newest event that is not a vote
	seq      protocol.Seq           // of the newest state
	state    *protocol.SessionState // that state, until it is encoded
	frame    []byte
	deleted  bool // the session is deleted: frame is its last event
}

// stale is true when something has happened that neither the state nor votes contain.
func (s *snapshot) stale() bool { return s.seq < s.staleSeq || (s.state == nil && s.frame == nil) }

// MarkStale marks the next Publish as bringing an event that is not a vote: the feed is stale
// from then on, until SetState.
func (f *Feed) MarkStale() { f.markedStale = true }

// MarkDeleted marks the next Publish as ending with the last event of the session, which is
// the summary from then on.
func (f *Feed) MarkDeleted() { f.markedDeleted = true }

// MarkFolded marks the next Publish as ending with the event that the session's votes were
// folded: earlier events cannot be read back from then on.
func (f *Feed) MarkFolded() { f.markedFolded, f.markedStale = true, true }

// SetState replaces totals, newest votes, poll and snapshot by those of a state as of its seq,
// and calls the listener. Exactly the events up to that seq must have been published. The
// state must not be changed afterwards.
func (f *Feed) SetState(s *protocol.SessionState) {
	if f.Closed() {
		return
	}
	f.latest = protocol.LatestVotesOf(s.Latest)
	f.folded.Store(uint64(s.FoldedSeq))
	f.mu.Lock()
	f.tally.reset(s, f.latest)
	f.snapshot.seq, f.snapshot.state, f.snapshot.frame = s.Seq, s, nil
	f.mu.Unlock()
	f.notify()
}

// Stale is true when something other than votes has happened since the newest state. Until
// SetState there is no summary, so that no reader gets votes for a game it does not know.
func (f *Feed) Stale() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.snapshot.stale()
}

// Summary returns the newest summary; ok is false while the feed is stale. Each change is
// encoded once, however many read it.
func (f *Feed) Summary() (p Summary, ok bool) {
	f.mu.Lock()
	for f.snapshot.state != nil && !f.snapshot.stale() {
		f.encodeSnapshot()
	}
	defer f.mu.Unlock()
	if f.snapshot.stale() {
		return Summary{}, false
	}
	p = Summary{Snapshot: f.snapshot.frame, SnapshotSeq: f.snapshot.seq, TallySeq: f.tally.seq}
	if !f.snapshot.deleted {
		p.Tally = f.tally.encoded(f.session)
	}
	return p, true
}

// encodeSnapshot encodes the newest state, and releases the lock meanwhile: a state can be
// long, and the writer must not wait for it.
func (f *Feed) encodeSnapshot() {
	state := f.snapshot.state
	f.mu.Unlock()
	frame := encodeFrame(&protocol.SnapshotMessage{
		Type: protocol.MessageSnapshot, SessionID: f.session, Seq: state.Seq, Recovered: true, Data: state,
	})
	f.mu.Lock()
	if f.snapshot.state == state {
		f.snapshot.state, f.snapshot.frame = nil, frame
	}
}

// applyMarks applies MarkStale and MarkDeleted to a Publish. The lock is held.
func (f *Feed) applyMarks(head protocol.Seq, events [][]byte) {
	if f.markedStale {
		f.snapshot.staleSeq = head
	}
	if f.markedDeleted && len(events) > 0 {
		last := events[len(events)-1]
		f.snapshot = snapshot{seq: head, frame: protocol.AppendFrame(make([]byte, 0, len(last)+protocol.MaxFrameHeader), last), deleted: true}
		f.tally = tally{seq: head}
	}
	if f.markedFolded {
		f.folded.Store(uint64(head))
	}
	f.markedStale, f.markedDeleted, f.markedFolded = false, false, false
}
