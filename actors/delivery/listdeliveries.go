package delivery

import (
	"context"
	"strconv"

	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// maxDeliveryScan is how many attempts webhooks.deliveries reads: all that the logs of one
// webhook hold.
const maxDeliveryScan = maxLogRows + ticksPerRound*trimStep

// Deliveries returns a page of the deliveries of a webhook with their newest attempts, the one
// that was tried last first. A cursor is the id of the newest attempt of a delivery. All attempts
// after it are read, because a delivery stands where its newest attempt is.
func (l *Log) Deliveries(ctx context.Context, f protocol.DeliveryFilter) (protocol.Page[protocol.Delivery], error) {
	var page protocol.Page[protocol.Delivery]
	if err := f.Check(); err != nil {
		return page, err
	}
	if _, err := l.Webhook(ctx, f.ID); err != nil {
		return page, err
	}
	s := &deliveries{filter: f, skip: f.Skip(), epochOf: l.epochOf, places: map[protocol.DeliveryID]int{}, list: []protocol.Delivery{}}
	if err := l.logs(ctx, f.ID, 0, s.add); err != nil {
		return page, err
	}
	page = s.page()
	for i := range page.Rows {
		if err := l.payloads(ctx, page.Rows[i].Attempts); err != nil {
			return page, err
		}
	}
	return page, nil
}

// Delivery is one delivery of a webhook with its newest attempts.
func (l *Log) Delivery(ctx context.Context, id protocol.WebhookID, d protocol.DeliveryID) (protocol.Delivery, error) {
	page, err := l.Deliveries(ctx, protocol.DeliveryFilter{ID: id, DeliveryID: d, PageQuery: protocol.PageQuery{Limit: 1}})
	if err != nil {
		return protocol.Delivery{}, err
	}
	if len(page.Rows) == 0 {
		return protocol.Delivery{}, protocol.NotFound("Delivery")
	}
	return page.Rows[0], nil
}

// deliveries groups attempts, the newest first, by delivery, and keeps the deliveries of a page.
type deliveries struct {
	filter  protocol.DeliveryFilter
	skip    int
	epochOf func(protocol.DeliveryID) protocol.Epoch
	list    []protocol.Delivery
	places  map[protocol.DeliveryID]int // in list, elsewhere for a delivery that is not in it
	more    bool
	scanned int
}

const elsewhere = -1

// add adds an attempt. It reports false when nothing more is needed: there are enough
// deliveries, the last of them with its first attempt.
func (s *deliveries) add(row protocol.WebhookLog, f *webhook.Attempted) bool {
	s.scanned++
	if s.filter.DeliveryID != 0 && row.DeliveryID != s.filter.DeliveryID {
		return s.scanned < maxDeliveryScan
	}
	i, ok := s.places[row.DeliveryID]
	if !ok {
		i = s.place(row, f)
		s.places[row.DeliveryID] = i
	}
	if i != elsewhere && len(s.list[i].Attempts) < protocol.MaxListedAttempts {
		s.list[i].Attempts = append(s.list[i].Attempts, row)
	}
	return s.scanned < maxDeliveryScan && !s.more
}

// place returns the place of a delivery by its newest attempt.
func (s *deliveries) place(row protocol.WebhookLog, f *webhook.Attempted) int {
	status := statusOf(f.Verdict)
	switch {
	case s.filter.After() != 0 && row.ID >= s.filter.After(), s.filter.Status != "" && s.filter.Status != status:
		return elsewhere
	case s.skip > 0:
		s.skip--
		return elsewhere
	case len(s.list) == s.filter.Rows():
		s.more = true
		return elsewhere
	}
	s.list = append(s.list, protocol.Delivery{
		ID: row.DeliveryID, WebhookID: row.WebhookID, MessageID: webhook.MessageID(s.epochOf(row.DeliveryID), row.WebhookID, row.DeliveryID, 0),
		EventType: f.Event, Status: status,
	})
	return len(s.list) - 1
}

func (s *deliveries) page() protocol.Page[protocol.Delivery] {
	page := protocol.Page[protocol.Delivery]{Rows: s.list, PageInfo: protocol.PageInfo{More: s.more}}
	if s.more {
		next := strconv.FormatInt(s.list[len(s.list)-1].Attempts[0].ID, 10)
		page.Next = &next
	}
	return page
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
