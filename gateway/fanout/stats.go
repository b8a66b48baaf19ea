package fanout

import "sync/atomic"

// Stats is what the engine has done since it was made, and what it holds.
type Stats struct {
	// Connections and Subscriptions are how many there are now, Sessions how many are
	// watched.
	Connections, Subscriptions, Sessions int64
	// Unread are the bytes of memory that connections hold because they have not read them.
	Unread int64
	// Deliveries are events given to the kernel, one per subscriber; Tallies and
	// Snapshots, both of tally mode, likewise.
	Deliveries, Tallies, Snapshots int64
	// Writes are system calls that took at least a byte, Bytes what they took.
	Writes, Bytes int64
	// Stalls counts sockets that were full, Folded the snapshots that replaced events
	// for peers that were too slow, Replayed the events that came from the journal.
	Stalls, CatchupSnapshots, ReplayedEvents int64
	// Dropped are peers that were closed with 4008, Silent those that were dropped
	// because nothing came from them.
	ClosedSlow, ClosedSilent int64
}

type counters struct {
	subscriptions, deliveries, tallies, snapshots, writes, bytes, stalls, folded, replayed, dropped, silent atomic.Int64
}

// Stats reads the counters. Each is exact; together they are not of one moment.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	connections, sessions := len(e.peers), len(e.topics)
	e.mu.Unlock()
	c := &e.stats
	return Stats{
		Connections: int64(connections), Sessions: int64(sessions), Subscriptions: c.subscriptions.Load(), Unread: e.unread.all.Load(),
		Deliveries: c.deliveries.Load(), Tallies: c.tallies.Load(), Snapshots: c.snapshots.Load(), Writes: c.writes.Load(), Bytes: c.bytes.Load(),
		Stalls: c.stalls.Load(), CatchupSnapshots: c.folded.Load(), ReplayedEvents: c.replayed.Load(),
		ClosedSlow: c.dropped.Load(), ClosedSilent: c.silent.Load(),
	}
}
