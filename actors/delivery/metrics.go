package delivery

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"partyline/protocol"
)

// Register announces the metrics of webhooks. Those by webhook carry its id, of which there
// are at most protocol.MaxWebhooks.
func (s *Service) Register(m metric.Meter) error {
	if m == nil {
		m = noop.Meter{}
	}
	for _, c := range []struct {
		name, help string
		value      func(*stats) int64
	}{
		{"partyline.webhook.attempts", "Attempts to deliver, by webhook.", func(v *stats) int64 { return v.attempts.Load() }},
		{"partyline.webhook.delivered", "Deliveries that were accepted, by webhook.", func(v *stats) int64 { return v.delivered.Load() }},
		{"partyline.webhook.dead_letters", "Dead letters, by webhook.", func(v *stats) int64 { return v.dead.Load() }},
	} {
		if _, err := m.Int64ObservableCounter(c.name, metric.WithDescription(c.help), metric.WithInt64Callback(s.byWebhook(c.value))); err != nil {
			return err
		}
	}
	for _, state := range []protocol.WebhookState{protocol.WebhookHealthy, protocol.WebhookFailing, protocol.WebhookDisabled} {
		name, help := "partyline.webhooks."+string(state), "Webhooks that are "+string(state)+"."
		if _, err := m.Int64ObservableGauge(name, metric.WithDescription(help), metric.WithInt64Callback(s.inState(state))); err != nil {
			return err
		}
	}
	_, err := m.Float64ObservableGauge("partyline.webhooks.oldest_waiting", metric.WithUnit("s"),
		metric.WithDescription("Age of the oldest event that a webhook has not delivered."), metric.WithFloat64Callback(s.oldestWaiting))
	return err
}

func (s *Service) byWebhook(value func(*stats) int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		s.registry.each(func(w *protocol.Webhook, v *stats) {
			o.Observe(value(v), metric.WithAttributes(attribute.Int64("webhook", int64(w.ID))))
		})
		return nil
	}
}

func (s *Service) inState(state protocol.WebhookState) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		var n int64
		s.registry.each(func(w *protocol.Webhook, _ *stats) {
			if w.State == state {
				n++
			}
		})
		o.Observe(n)
		return nil
	}
}

func (s *Service) oldestWaiting(_ context.Context, o metric.Float64Observer) error {
	var oldest int64
	s.registry.each(func(_ *protocol.Webhook, v *stats) {
		if at := v.waiting.Load(); at > 0 && (oldest == 0 || at < oldest) {
			oldest = at
		}
	})
	age := time.Duration(0)
	if oldest > 0 {
		age = max(0, s.env.Now().Sub(time.UnixMilli(oldest)))
	}
	o.Observe(age.Seconds())
	return nil
}
