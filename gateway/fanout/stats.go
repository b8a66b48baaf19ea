package fanout

import "sync/atomic"

// Stats counts what the engine has done since it was made, and what it holds.
type Stats struct {
	// Connections, Subscriptions and Sessions are how many there are now; sessions those that
	// are watched.
	Connections, Subscriptions, Sessions int64
	// Unread is how many bytes of memory are held for connections that have not read them.
	Unread int64
	// Deliveries are events given to the kernel, one per subscriber; Tallies and Snapshots,
	// both of tally mode, likewise.
	Deliveries, Tallies, Snapshots int64
	// Writes are system calls that took at least a byte, Bytes what they took.
	Writes, Bytes int64
	// Stalls counts sockets that were full, CatchupSnapshots the snapshots that replaced
	// events for clients that were too slow, ReplayedEvents the events that came from the
	// journal.
	Stalls, CatchupSnapshots, ReplayedEvents int64
	// ClosedSlow are connections that were closed with 4008, ClosedSilent those that were
	// dropped because nothing came from them.
	ClosedSlow, ClosedSilent int64
}

type counters struct {
	subscriptions, deliveries, tallies, snapshots, writes, bytes, stalls, catchupSnapshots, replayedEvents, closedSlow, closedSilent atomic.Int64
}

// Stats reads the counters. Each is exact; together they are not of one moment.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	connections, sessions := len(e.conns), len(e.topics)
	e.mu.Unlock()
	c := &e.stats
	return Stats{
		Connections: int64(connections), Sessions: int64(sessions), Subscriptions: c.subscriptions.Load(), Unread: e.unread.total.Load(),
		Deliveries: c.deliveries.Load(), Tallies: c.tallies.Load(), Snapshots: c.snapshots.Load(), Writes: c.writes.Load(), Bytes: c.bytes.Load(),
		Stalls: c.stalls.Load(), CatchupSnapshots: c.catchupSnapshots.Load(), ReplayedEvents: c.replayedEvents.Load(),
		ClosedSlow: c.closedSlow.Load(), ClosedSilent: c.closedSilent.Load(),
	}
}
