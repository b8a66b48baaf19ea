package routing

import (
	"context"
	"encoding/json"
	"slices"

	"partyline/persistence"
	"partyline/protocol"
)

// A checkpoint is a position of the router and the webhooks that were parked there: all
// live events up to the position that match them are delivered. So events that nobody wants
// cost no record, and after a start the router reads them once for all webhooks, where each
// webhook would have to read them from its own cursor.
//
// A checkpoint stays true for ever: a webhook closes its queue before a change of
// its filter is committed, and a closed queue is not parked. So a checkpoint that
// names the webhook lies before the change, and the events behind it are matched anew.

// checkpointStream names the snapshot that holds the checkpoint; there is no stream of that
// name.
const checkpointStream = "webhooks"

// checkpointVersion is the format: the ids of the parked webhooks as a JSON list, ascending;
// the snapshot's Seq is the position.
const checkpointVersion = 1

// saveCheckpoint saves who is parked at the router's position.
func (r *routerActor) saveCheckpoint() {
	if !r.started || r.at <= r.saved {
		return
	}
	ids := make([]protocol.WebhookID, 0, len(r.queues.byID))
	for id, s := range r.queues.byID {
		if _, parked := s.parkedAt(r.Position); parked {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	data, err := json.Marshal(ids)
	if err != nil {
		panic("routing: a checkpoint that has no JSON: " + err.Error()) // a list of numbers has one
	}
	r.saved = r.at
	r.SaveSnapshot(persistence.Snapshot{Stream: checkpointStream, Seq: persistence.Seq(r.at), Version: checkpointVersion, Data: data})
}

// LoadCheckpoint returns the last checkpoint. Without one that can be read, or with one that
// is ahead of the journal, at is 0, and webhooks read on from their own cursors.
func LoadCheckpoint(ctx context.Context, j persistence.Journal) (at protocol.DeliveryID, parked []protocol.WebhookID) {
	s, ok, err := j.LoadSnapshot(ctx, checkpointStream)
	if err != nil || !ok || s.Version != checkpointVersion || persistence.Position(s.Seq) > j.Head() {
		return 0, nil
	}
	if parked, ok = parseCheckpoint(s.Data); !ok {
		return 0, nil
	}
	return protocol.DeliveryID(s.Seq), parked
}

// parseCheckpoint reads the ids as saveCheckpoint writes them: ascending, each once.
func parseCheckpoint(data []byte) (parked []protocol.WebhookID, ok bool) {
	if json.Unmarshal(data, &parked) != nil || !slices.IsSorted(parked) || len(parked) > 0 && parked[0] < 1 {
		return nil, false
	}
	return parked, len(slices.Compact(slices.Clone(parked))) == len(parked)
}
