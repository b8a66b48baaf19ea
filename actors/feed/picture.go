package feed

import "partyline/protocol"

// Picture is where things stand, for a reader that does not follow every event: the
// newest snapshot, and the tally that goes on from it. Each is one complete server
// frame that never changes. Whoever has the snapshot of SnapshotSeq, or a later one,
// needs only the tally.
type Summary struct {
	Snapshot    []byte
	SnapshotSeq protocol.Seq
	// Tally is nil when the session is deleted: then Snapshot is its last event.
	Tally    []byte
	TallySeq protocol.Seq // never before SnapshotSeq
}

// scene is what snapshots are made of.
type scene struct {
	news  protocol.Seq           // of the newest event that is no vote
	seq   protocol.Seq           // of the newest state
	state *protocol.SessionState // that state, until somebody asks and it is framed
	frame []byte
	over  bool // the session is deleted: frame is its last event
}

// stale says that something has happened that neither the state nor votes tell of.
func (s *scene) stale() bool { return s.seq < s.news || (s.state == nil && s.frame == nil) }

// MarkStale says that the next Publish brings an event that is no vote: the feed is
// stale from then on, until SetState.
func (f *Feed) MarkStale() { f.fresh = true }

// MarkDeleted says that the next Publish ends with the last event of the session, which is
// all there is to be shown of it from then on.
func (f *Feed) MarkDeleted() { f.ended = true }

// SetState replaces totals, newest votes, poll and snapshot by those of a state as of its
// seq, and calls the listener. Exactly the events up to that seq must have been
// published. The state must not be changed any more.
func (f *Feed) SetState(s *protocol.SessionState) {
	if f.Closed() {
		return
	}
	f.latest = protocol.LatestVotesOf(s.Latest)
	f.mu.Lock()
	f.tally.replace(s, f.latest)
	f.scene.seq, f.scene.state, f.scene.frame = s.Seq, s, nil
	f.mu.Unlock()
	f.tell()
}

// Stale says that something other than votes has happened since the newest state.
// Until SetState there is no picture, so that nobody is told of votes for a game that
// nobody was told of.
func (f *Feed) Stale() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.scene.stale()
}

// Picture is the newest; ok is false while the feed is stale. However many ask, each
// change is encoded once.
func (f *Feed) Summary() (p Summary, ok bool) {
	f.mu.Lock()
	for f.scene.state != nil && !f.scene.stale() {
		f.develop()
	}
	defer f.mu.Unlock()
	if f.scene.stale() {
		return Summary{}, false
	}
	p = Summary{Snapshot: f.scene.frame, SnapshotSeq: f.scene.seq, TallySeq: f.tally.seq}
	if !f.scene.over {
		p.Tally = f.tally.encoded(f.session)
	}
	return p, true
}

// develop makes the frame of the newest state, without the lock that it is called
// with: a state can be long, and the writer must not wait for it.
func (f *Feed) develop() {
	state := f.scene.state
	f.mu.Unlock()
	frame := frameOf(&protocol.SnapshotMessage{
		Type: protocol.MessageSnapshot, SessionID: f.session, Seq: state.Seq, Recovered: true, Data: state,
	})
	f.mu.Lock()
	if f.scene.state == state {
		f.scene.state, f.scene.frame = nil, frame
	}
}

// move is called with each Publish: it takes in what was said of its events. The lock
// is held.
func (f *Feed) move(head protocol.Seq, events [][]byte) {
	if f.fresh {
		f.scene.news = head
	}
	if f.ended && len(events) > 0 {
		last := events[len(events)-1]
		f.scene = scene{seq: head, frame: protocol.AppendFrame(make([]byte, 0, len(last)+protocol.MaxFrameHeader), last), over: true}
		f.tally = tally{seq: head}
	}
	f.fresh, f.ended = false, false
}
