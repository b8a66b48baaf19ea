package delivery

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// scan finds the streams of the webhooks that exist, and of those that were deleted and
// whose logs are still stored.
func (s *Service) scan(ctx context.Context) (alive, unpurged []protocol.WebhookID, err error) {
	for name, err := range s.env.Journal.Streams(ctx, routing.StreamPrefix) {
		if err != nil {
			return nil, nil, fmt.Errorf("webhooks: %w", err)
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(name, routing.StreamPrefix), 10, 64)
		if err != nil || n < 1 {
			return nil, nil, fmt.Errorf("webhooks: %w: stream %q", persistence.ErrCorrupt, name)
		}
		id := protocol.WebhookID(n)
		s.registry.markUsed(id)
		deleted, purged := s.deleted(ctx, name)
		switch {
		case !deleted:
			alive = append(alive, id)
		case !purged:
			unpurged = append(unpurged, id)
		}
	}
	slices.Sort(alive)
	return alive, unpurged, nil
}

// deleted reads the end of a stream: a deleted webhook ends with that fact, and a purged
// stream holds nothing else and has a snapshot of it: an older one has the secret. A stream
// that cannot be read is left to its actor.
func (s *Service) deleted(ctx context.Context, stream string) (deleted, purged bool) {
	var last persistence.Seq
	for rec, err := range s.env.Journal.ReadBack(ctx, stream, 0) {
		if err != nil {
			return deleted, true
		}
		if deleted {
			return true, false
		}
		fact, _, err := ledger.SplitRecord(rec.Data)
		if deleted = err == nil && webhook.IsDeleted(fact); !deleted {
			return false, true
		}
		last = rec.Seq
	}
	snapshot, ok, err := s.env.Journal.LoadSnapshot(ctx, stream)
	return deleted, err != nil || ok && snapshot.Seq >= last
}
