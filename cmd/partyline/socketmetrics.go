package main

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"

	"partyline/gateway/fanout"
)

// socketMetric is one number of the engine and its metric.
type socketMetric struct {
	name, description string
	counter           bool // it only grows, until the process ends
	read              func(fanout.Stats) int64
}

var socketMetrics = []socketMetric{
	{"partyline.sockets", "Open WebSockets", false, func(s fanout.Stats) int64 { return s.Connections }},
	{"partyline.subscriptions", "Subscriptions of open WebSockets", false, func(s fanout.Stats) int64 { return s.Subscriptions }},
	{"partyline.socket.unread", "Bytes held for sockets that have not accepted them", false, func(s fanout.Stats) int64 { return s.Unread }},
	{"partyline.sessions.watched", "Sessions with subscribers", false, func(s fanout.Stats) int64 { return s.Sessions }},
	{"partyline.deliveries", "Events handed to sockets, one for each subscriber", true, func(s fanout.Stats) int64 { return s.Deliveries }},
	{"partyline.tallies", "Tally frames handed to sockets", true, func(s fanout.Stats) int64 { return s.Tallies }},
	{"partyline.snapshots", "Snapshot frames handed to sockets in tally mode", true, func(s fanout.Stats) int64 { return s.Snapshots }},
	{"partyline.socket.writes", "System calls that wrote to sockets", true, func(s fanout.Stats) int64 { return s.Writes }},
	{"partyline.socket.written.bytes", "Bytes written to sockets", true, func(s fanout.Stats) int64 { return s.Bytes }},
	{"partyline.socket.stalls", "Writes that found a socket full", true, func(s fanout.Stats) int64 { return s.Stalls }},
	{"partyline.socket.catchup_snapshots", "Snapshots sent in place of events to clients that were too slow", true, func(s fanout.Stats) int64 { return s.CatchupSnapshots }},
	{"partyline.socket.replayed", "Events read from the journal for clients that were behind", true, func(s fanout.Stats) int64 { return s.ReplayedEvents }},
	{"partyline.socket.closed_slow", "Sockets closed as too slow", true, func(s fanout.Stats) int64 { return s.ClosedSlow }},
	{"partyline.socket.closed_silent", "Sockets closed because nothing came from them", true, func(s fanout.Stats) int64 { return s.ClosedSilent }},
}

// observeSockets registers the engine's numbers as metrics.
func observeSockets(m metric.Meter, e *fanout.Engine) error {
	var errs []error
	instruments := make([]metric.Int64Observable, len(socketMetrics))
	for i, g := range socketMetrics {
		var err error
		if g.counter {
			instruments[i], err = m.Int64ObservableCounter(g.name, metric.WithDescription(g.description))
		} else {
			instruments[i], err = m.Int64ObservableGauge(g.name, metric.WithDescription(g.description))
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	all := make([]metric.Observable, len(instruments))
	for i := range instruments {
		all[i] = instruments[i]
	}
	_, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		stats := e.Stats()
		for i, g := range socketMetrics {
			o.ObserveInt64(instruments[i], g.read(stats))
		}
		return nil
	}, all...)
	return err
}
