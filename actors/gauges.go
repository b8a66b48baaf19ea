package actors

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// gauges count what goes on in the hub. The hot paths touch plain atomics; the
// metrics read them when they are collected.
type gauges struct {
	votes       atomic.Int64
	sessions    atomic.Int64
	damaged     atomic.Int64
	checks      atomic.Int64
	restarts    atomic.Int64
	deadLetters atomic.Int64
}

func (g *gauges) restarted() { g.restarts.Add(1) }

// register announces the metrics of the hub.
func (g *gauges) register(m metric.Meter, d *door) error {
	if m == nil {
		m = noop.Meter{}
	}
	for _, c := range []struct {
		name, help string
		value      *atomic.Int64
	}{
		{"partyline.votes", "Votes made durable since the start.", &g.votes},
		{"partyline.actors.restarts", "Actor states read again from the journal after a panic or a failed commit.", &g.restarts},
		{"partyline.actors.dead_letters", "Messages to actors that had ended.", &g.deadLetters},
	} {
		if _, err := m.Int64ObservableCounter(c.name, metric.WithDescription(c.help), metric.WithInt64Callback(observe(c.value))); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		name, help string
		value      *atomic.Int64
	}{
		{"partyline.actors.sessions", "Sessions awake.", &g.sessions},
		{"partyline.sessions.damaged", "Sessions of which something stored cannot be read.", &g.damaged},
		{"partyline.player_checks", "Rooms that are looked into to count their players.", &g.checks},
		{"partyline.commands.in_flight", "Commands and queries that wait for an answer.", &d.inside},
	} {
		if _, err := m.Int64ObservableGauge(c.name, metric.WithDescription(c.help), metric.WithInt64Callback(observe(c.value))); err != nil {
			return err
		}
	}
	return nil
}

func observe(v *atomic.Int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(v.Load())
		return nil
	}
}
