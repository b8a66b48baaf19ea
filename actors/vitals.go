package actors

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"partyline/protocol"
)

// register announces the metrics of webhooks. Those by webhook carry its id, which are
// at most protocol.MaxWebhooks.
func (p *post) register(m metric.Meter) error {
	if m == nil {
		m = noop.Meter{}
	}
	for _, c := range []struct {
		name, help string
		value      func(*vitals) int64
	}{
		{"partyline.webhook.attempts", "Attempts to deliver, by webhook.", func(v *vitals) int64 { return v.made.Load() }},
		{"partyline.webhook.delivered", "Deliveries that were accepted, by webhook.", func(v *vitals) int64 { return v.delivered.Load() }},
		{"partyline.webhook.dead", "Deliveries that were set aside, by webhook.", func(v *vitals) int64 { return v.dead.Load() }},
	} {
		if _, err := m.Int64ObservableCounter(c.name, metric.WithDescription(c.help), metric.WithInt64Callback(p.byWebhook(c.value))); err != nil {
			return err
		}
	}
	for _, s := range []protocol.WebhookState{protocol.WebhookHealthy, protocol.WebhookFailing, protocol.WebhookDisabled} {
		name, help := "partyline.webhooks."+string(s), "Webhooks that are "+string(s)+"."
		if _, err := m.Int64ObservableGauge(name, metric.WithDescription(help), metric.WithInt64Callback(p.inState(s))); err != nil {
			return err
		}
	}
	_, err := m.Float64ObservableGauge("partyline.webhooks.oldest_waiting", metric.WithUnit("s"),
		metric.WithDescription("Age of the oldest event that a webhook has not delivered."), metric.WithFloat64Callback(p.oldestWaiting))
	return err
}

func (p *post) byWebhook(value func(*vitals) int64) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		p.roster.each(func(w *protocol.Webhook, v *vitals) {
			o.Observe(value(v), metric.WithAttributes(attribute.Int64("webhook", int64(w.ID))))
		})
		return nil
	}
}

func (p *post) inState(s protocol.WebhookState) metric.Int64Callback {
	return func(_ context.Context, o metric.Int64Observer) error {
		var n int64
		p.roster.each(func(w *protocol.Webhook, _ *vitals) {
			if w.State == s {
				n++
			}
		})
		o.Observe(n)
		return nil
	}
}

func (p *post) oldestWaiting(_ context.Context, o metric.Float64Observer) error {
	var oldest int64
	p.roster.each(func(_ *protocol.Webhook, v *vitals) {
		if at := v.waiting.Load(); at > 0 && (oldest == 0 || at < oldest) {
			oldest = at
		}
	})
	age := time.Duration(0)
	if oldest > 0 {
		age = max(0, p.Now().Sub(time.UnixMilli(oldest)))
	}
	o.Observe(age.Seconds())
	return nil
}
