package actors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// maxDeliveryScan is how many attempts webhooks.deliveries looks through: all that the
// logs of one webhook hold.
const maxDeliveryScan = logsKept + rounds*trimStep

// WebhookLogs are the attempts of a webhook, the newest first.
func (h *Hub) WebhookLogs(ctx context.Context, f protocol.WebhookLogFilter) ([]protocol.WebhookLog, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	rows := []protocol.WebhookLog{}
	err := h.logs(ctx, f.ID, func(row protocol.WebhookLog, _ *webhook.Attempted) bool {
		rows = append(rows, row)
		return len(rows) < f.Limit
	})
	if err != nil {
		return nil, err
	}
	return rows, h.payloads(ctx, rows)
}

// Deliveries are the deliveries of a webhook with their attempts, the one that was
// tried last first.
func (h *Hub) Deliveries(ctx context.Context, f protocol.DeliveryFilter) ([]protocol.Delivery, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	s := &deliveries{filter: f, epochOf: h.epochOf, places: map[protocol.DeliveryID]int{}}
	if err := h.logs(ctx, f.ID, s.add); err != nil {
		return nil, err
	}
	list := s.fitting()
	for i := range list {
		if err := h.payloads(ctx, list[i].Attempts); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Delivery is one delivery of a webhook with its attempts.
func (h *Hub) Delivery(ctx context.Context, id protocol.WebhookID, d protocol.DeliveryID) (protocol.Delivery, error) {
	list, err := h.Deliveries(ctx, protocol.DeliveryFilter{ID: id, DeliveryID: d, Limit: 1})
	if err != nil {
		return protocol.Delivery{}, err
	}
	if len(list) == 0 {
		return protocol.Delivery{}, protocol.NotFound("Delivery")
	}
	return list[0], nil
}

// deliveries gathers attempts, the newest first, by delivery.
type deliveries struct {
	filter  protocol.DeliveryFilter
	epochOf func(protocol.DeliveryID) protocol.Epoch
	list    []protocol.Delivery
	places  map[protocol.DeliveryID]int
	matched int
	scanned int
}

// add takes a row; false says that nothing more is needed: enough deliveries, the last
// of them with its first attempt.
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
		if s.fits(&s.list[i]) {
			s.matched++
		}
	}
	s.list[i].Attempts = append(s.list[i].Attempts, row)
	return s.scanned < maxDeliveryScan && !(s.filter.DeliveryID == 0 && s.matched > s.filter.Limit)
}

func (s *deliveries) fits(d *protocol.Delivery) bool {
	return s.filter.Status == "" || s.filter.Status == d.Status
}

func (s *deliveries) fitting() []protocol.Delivery {
	list := []protocol.Delivery{}
	for _, d := range s.list {
		if s.fits(&d) && len(list) < s.filter.Limit {
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

// logs goes through the attempts of a webhook, the newest first, until next says false.
func (h *Hub) logs(ctx context.Context, id protocol.WebhookID, next func(protocol.WebhookLog, *webhook.Attempted) bool) error {
	if _, err := h.Webhook(ctx, id); err != nil {
		return err
	}
	leave, err := h.attempts.Acquire(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for rec, err := range h.env.Journal.ReadBack(ctx, webhookStream(id), 0) {
		if err != nil {
			return ledger.ReadError(ledger.ToClient(err))
		}
		f, err := attemptOf(rec)
		if err != nil {
			return ledger.ReadError(ledger.ToClient(err))
		}
		if f != nil && !next(h.logRow(id, rec, f), f) {
			return nil
		}
	}
	return nil
}

func attemptOf(rec persistence.Record) (*webhook.Attempted, error) {
	b, _, err := ledger.SplitRecord(rec.Data)
	if err != nil {
		return nil, fmt.Errorf("%w: seq %d: %w", persistence.ErrCorrupt, rec.Seq, err)
	}
	f, err := webhook.ReadAttempt(b)
	if err != nil {
		return nil, fmt.Errorf("%w: seq %d: %w", persistence.ErrCorrupt, rec.Seq, err)
	}
	return f, nil
}

func (h *Hub) epochOf(d protocol.DeliveryID) protocol.Epoch { return epochOf(h.env.Journal, d) }

func (h *Hub) logRow(id protocol.WebhookID, rec persistence.Record, f *webhook.Attempted) protocol.WebhookLog {
	epoch := h.epochOf(f.Delivery)
	row := protocol.WebhookLog{
		ID: int64(rec.Position), WebhookID: id, EventType: f.Event, CreatedAt: f.Began,
		DeliveryAttempt: protocol.DeliveryAttempt{
			DeliveryID: f.Delivery, MessageID: webhook.MessageID(epoch, id, f.Delivery, 0), Attempt: f.Number, DurationMS: f.Took,
			ResponseExcerpt: f.Excerpt, Redelivery: f.Source == webhook.SourceRedelivery || f.Source == webhook.SourceReplay,
		},
	}
	if f.Probe {
		row.EventType, row.MessageID = protocol.EventPing, webhook.MessageID(epoch, id, f.Delivery, f.Number)
	}
	if f.Status != 0 {
		row.ResponseStatus = &f.Status
	}
	if f.Error != "" {
		row.ErrorMessage = &f.Error
		class := f.ErrorClass()
		row.ErrorClass = &class
	}
	if f.Due != 0 {
		row.NextAttemptAt = &f.Due
	}
	return row
}

// payloads fills in the data of the events, which stand where they happened.
func (h *Hub) payloads(ctx context.Context, rows []protocol.WebhookLog) error {
	known := map[protocol.DeliveryID][]byte{}
	for i := range rows {
		row := &rows[i]
		if row.EventType == protocol.EventPing {
			row.Payload = webhook.PingData(row.WebhookID)
			continue
		}
		data, ok := known[row.DeliveryID]
		if !ok {
			var err error
			if data, err = h.payload(ctx, row.WebhookID, row.DeliveryID); err != nil {
				return ledger.ReadError(ledger.ToClient(err))
			}
			known[row.DeliveryID] = data
		}
		row.Payload = data
	}
	return nil
}

// payload is null for an event that is no longer stored.
func (h *Hub) payload(ctx context.Context, id protocol.WebhookID, d protocol.DeliveryID) ([]byte, error) {
	null := []byte("null")
	p, err := fetch(ctx, h.env.Journal, d, id)
	if errors.Is(err, errGone) {
		return null, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := webhook.ReadEvent(p.stored)
	if err != nil {
		return nil, fmt.Errorf("%w: event %d: %w", persistence.ErrCorrupt, d, err)
	}
	return slices.Clip(bytes.Clone(e.Data)), nil
}
