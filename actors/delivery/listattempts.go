package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// WebhookLogs lists the attempts of a webhook, the newest first.
func (l *Log) WebhookLogs(ctx context.Context, f protocol.WebhookLogFilter) ([]protocol.WebhookLog, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	rows := []protocol.WebhookLog{}
	err := l.logs(ctx, f.ID, func(row protocol.WebhookLog, _ *webhook.Attempted) bool {
		rows = append(rows, row)
		return len(rows) < f.Limit
	})
	if err != nil {
		return nil, err
	}
	return rows, l.payloads(ctx, rows)
}

// logs calls next with the attempts of a webhook, the newest first, until it returns false.
func (l *Log) logs(ctx context.Context, id protocol.WebhookID, next func(protocol.WebhookLog, *webhook.Attempted) bool) error {
	if _, err := l.Webhook(ctx, id); err != nil {
		return err
	}
	release, err := l.reads.Acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	for rec, err := range l.journal.ReadBack(ctx, routing.StreamOf(id), 0) {
		if err != nil {
			return ledger.ReadError(ledger.ToClient(err))
		}
		f, err := attemptOf(rec)
		if err != nil {
			return ledger.ReadError(ledger.ToClient(err))
		}
		if f != nil && !next(l.logRow(id, rec, f), f) {
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

func (l *Log) epochOf(d protocol.DeliveryID) protocol.Epoch { return epochOf(l.journal, d) }

func (l *Log) logRow(id protocol.WebhookID, rec persistence.Record, f *webhook.Attempted) protocol.WebhookLog {
	epoch := l.epochOf(f.Delivery)
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

// payloads adds the data of the events, which are stored where they happened.
func (l *Log) payloads(ctx context.Context, rows []protocol.WebhookLog) error {
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
			if data, err = l.payload(ctx, row.WebhookID, row.DeliveryID); err != nil {
				return ledger.ReadError(ledger.ToClient(err))
			}
			known[row.DeliveryID] = data
		}
		row.Payload = data
	}
	return nil
}

// payload is the data of one event, null when it is no longer stored or is damaged: the rest
// of the log can be read all the same.
func (l *Log) payload(ctx context.Context, id protocol.WebhookID, d protocol.DeliveryID) ([]byte, error) {
	null := []byte("null")
	stored, err := fetch(ctx, l.journal, d, id)
	if errors.Is(err, errNoEvent) || isDamage(err) {
		return null, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := webhook.ReadEvent(stored.Stored)
	if err != nil {
		return null, nil
	}
	return slices.Clip(bytes.Clone(e.Data)), nil
}
