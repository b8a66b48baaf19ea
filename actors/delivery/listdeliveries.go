package delivery

import (
	"context"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// maxDeliveryScan is how many attempts webhooks.deliveries reads: all that the logs of one
// webhook hold.
const maxDeliveryScan = maxLogRows + ticksPerRound*trimStep

// Deliveries lists the deliveries of a webhook with their attempts, the one that was tried
// last first.
func (l *Log) Deliveries(ctx context.Context, f protocol.DeliveryFilter) ([]protocol.Delivery, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	s := &deliveries{filter: f, epochOf: l.epochOf, places: map[protocol.DeliveryID]int{}}
	if err := l.logs(ctx, f.ID, s.add); err != nil {
		return nil, err
	}
	list := s.result()
	for i := range list {
		if err := l.payloads(ctx, list[i].Attempts); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Delivery is one delivery of a webhook with its attempts.
func (l *Log) Delivery(ctx context.Context, id protocol.WebhookID, d protocol.DeliveryID) (protocol.Delivery, error) {
	list, err := l.Deliveries(ctx, protocol.DeliveryFilter{ID: id, DeliveryID: d, Limit: 1})
	if err != nil {
		return protocol.Delivery{}, err
	}
	if len(list) == 0 {
		return protocol.Delivery{}, protocol.NotFound("Delivery")
	}
	return list[0], nil
}

// deliveries groups attempts, the newest first, by delivery.
type deliveries struct {
	filter  protocol.DeliveryFilter
	epochOf func(protocol.DeliveryID) protocol.Epoch
	list    []protocol.Delivery
	places  map[protocol.DeliveryID]int
	found   int
	scanned int
}

// add adds an attempt. It reports false when nothing more is needed: there are enough
// deliveries, the last of them with its first attempt.
func (s *deliveries) add(row protocol.WebhookLog, f *webhook.Attempted) bool {
	s.scanned++
	if s.filter.DeliveryID != 0 && row.DeliveryID != s.filter.DeliveryID {
		return s.scanned < maxDeliveryScan
	}
	i, ok := s.places[row.DeliveryID]
	if !ok {
		i = len(s.list)
		s.places[row.DeliveryID] = i
		s.list = append(s.list, protocol.Delivery{
			ID: row.DeliveryID, WebhookID: row.WebhookID, MessageID: webhook.MessageID(s.epochOf(row.DeliveryID), row.WebhookID, row.DeliveryID, 0),
			EventType: f.Event, Status: statusOf(f.Verdict),
		})
		if s.matches(&s.list[i]) {
			s.found++
		}
	}
	s.list[i].Attempts = append(s.list[i].Attempts, row)
	return s.scanned < maxDeliveryScan && !(s.filter.DeliveryID == 0 && s.found > s.filter.Limit)
}

func (s *deliveries) matches(d *protocol.Delivery) bool {
	return s.filter.Status == "" || s.filter.Status == d.Status
}

func (s *deliveries) result() []protocol.Delivery {
	list := []protocol.Delivery{}
	for _, d := range s.list {
		if s.matches(&d) && len(list) < s.filter.Limit {
			list = append(list, d)
		}
	}
	return list
}

func statusOf(v webhook.Verdict) protocol.DeliveryStatus {
	switch v {
	case webhook.VerdictDelivered:
		return protocol.DeliveryDelivered
	case webhook.VerdictDead:
		return protocol.DeliveryDead
	case webhook.VerdictDropped:
		return protocol.DeliveryDropped
	}
	return protocol.DeliveryPending
}
