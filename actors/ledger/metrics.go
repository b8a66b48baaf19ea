package ledger

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// Counters count what the actors of a hub do. The hot paths touch plain atomics; the
// metrics read them when they are collected.
type Counters struct {
	Votes        atomic.Int64
	Sessions     atomic.Int64
	Damaged      atomic.Int64
	RoomMonitors atomic.Int64
	Restarts     atomic.Int64
	DeadLetters  atomic.Int64
	// VotesIndexed are the votes in the index of the vote history, VoteIndexThrough is the last
	// record that it has applied, VoteIndexFailures counts flushes that have failed and builds.
	VotesIndexed      atomic.Int64
	VoteIndexThrough  atomic.Int64
	VoteIndexFailures atomic.Int64
	// FoldedSessions are those whose single votes were folded into their totals.
	FoldedSessions atomic.Int64
}

// Register announces the metrics of the hub; inFlight is how many slots of the gate are in
// use. Nothing is announced without a meter.
func (g *Counters) Register(m metric.Meter, inFlight func() int64) error {
	if m == nil {
		m = noop.Meter{}
	}
	for _, c := range []struct {
		name, help string
		value      func() int64
	}{
		{"partyline.votes", "Votes made durable since the start.", g.Votes.Load},
		{"partyline.sessions.folded", "Sessions whose single votes were folded into their totals since the start.", g.FoldedSessions.Load},
		{"partyline.actors.restarts", "Actor states read again from the journal after a panic or a failed commit.", g.Restarts.Load},
		{"partyline.actors.dead_letters", "Messages to actors that had ended.", g.DeadLetters.Load},
		{"partyline.vote_index.failures", "Failures of the index of the vote history: writes that are tried again, and indexes that are built again.", g.VoteIndexFailures.Load},
	} {
		if _, err := m.Int64ObservableCounter(c.name, metric.WithDescription(c.help), metric.WithInt64Callback(observe(c.value))); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		name, help string
		value      func() int64
	}{
		{"partyline.actors.sessions", "Sessions whose actor runs.", g.Sessions.Load},
		{"partyline.sessions.damaged", "Sessions with stored records that cannot be read.", g.Damaged.Load},
		{"partyline.player_checks", "Room monitors that run.", g.RoomMonitors.Load},
		{"partyline.vote_index.votes", "Votes in the index of the vote history.", g.VotesIndexed.Load},
		{"partyline.vote_index.position", "Record of the journal up to which the index of the vote history has come.", g.VoteIndexThrough.Load},
		{"partyline.commands.in_flight", "Slots taken by commands and queries that wait for an answer.", inFlight},
	} {
		if _, err := m.Int64ObservableGauge(c.name, metric.WithDescription(c.help), metric.WithInt64Callback(observe(c.value))); err != nil {
			return err
		}
	}
	return nil
}

func observe(value func() int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(value())
		return nil
	}
}
