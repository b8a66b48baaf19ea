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

// WebhookLogs returns a page of the attempts of a webhook, the newest first. A cursor is the id of
// an attempt: a page behind it is read without those before.
func (l *Log) WebhookLogs(ctx context.Context, f protocol.WebhookLogFilter) (protocol.Page[protocol.WebhookLog], error) {
	var page protocol.Page[protocol.WebhookLog]
	if err := f.Check(); err != nil {
		return page, err
	}
	if _, err := l.Webhook(ctx, f.ID); err != nil {
		return page, err
	}
	before, err := l.seqOf(ctx, f.ID, persistence.Position(f.After()))
	if err != nil {
		return page, err
	}
	page = protocol.PageOfSeq(f.PageQuery, -1, func(yield func(protocol.WebhookLog) bool) {
		err = l.logs(ctx, f.ID, before, func(row protocol.WebhookLog, _ *webhook.Attempted) bool { return yield(row) })
	}, func(row *protocol.WebhookLog) int64 { return row.ID })
	if err != nil {
		return page, err
	}
	return page, l.payloads(ctx, page.Rows)
}

// seqOf is the sequence number of the record of a webhook at a position: 0 for position 0, and 1
// when it is not stored any more, because nothing older is.
func (l *Log) seqOf(ctx context.Context, id protocol.WebhookID, p persistence.Position) (persistence.Seq, error) {
	if p == 0 {
		return 0, nil
	}
	for rec, err := range l.journal.ReadAll(ctx, p-1) {
		if err != nil {
			return 0, ledger.ReadError(ledger.ToClient(err))
		}
		if rec.Position == p && rec.Stream == routing.StreamOf(id) {
			return rec.Seq, nil
		}
		break
	}
	return 1, nil
}

// logs calls next with the attempts of a webhook before a sequence number, 0 for all, the newest
// first, until it returns false.
func (l *Log) logs(ctx context.Context, id protocol.WebhookID, before persistence.Seq, next func(protocol.WebhookLog, *webhook.Attempted) bool) error {
	release, err := l.reads.Acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	for rec, err := range l.journal.ReadBack(ctx, routing.StreamOf(id), before) {
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
