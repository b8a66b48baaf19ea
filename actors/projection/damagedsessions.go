package projection

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"partyline/actors/ledger"
	"partyline/actors/sessions"
	"partyline/persistence"
	"partyline/protocol"
)

// corruptSessions are the sessions of which a record cannot be read. The projection finds and
// owns them; they are stored beside its snapshot, because after a restart the projection does not
// read so far back.
type corruptSessions struct {
	ledger.Env
	sessions map[protocol.SessionID]struct{}
	changed  bool // since the newest snapshot
}

// corruptStream names the snapshot; there is no stream of that name.
const corruptStream = "damaged"

const corruptVersion = 1

func newCorruptSessions(e ledger.Env) corruptSessions {
	return corruptSessions{Env: e, sessions: map[protocol.SessionID]struct{}{}}
}

// load reads the stored list and checks each session again: the journal may have been repaired,
// or a version that did not know a fact was followed by one that does. Sessions that can be read
// again are returned, for the projection to recount.
func (d *corruptSessions) load(ctx context.Context) (sound []protocol.SessionID, err error) {
	s, ok, err := d.Journal.LoadSnapshot(ctx, corruptStream)
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return nil, fmt.Errorf("load snapshot of %s: %w", corruptStream, err)
	}
	var ids []protocol.SessionID
	if err != nil || !ok || s.Version != corruptVersion || json.Unmarshal(s.Data, &ids) != nil {
		return nil, nil // damage that matters is found again when somebody asks for the session
	}
	for _, id := range ids {
		if seq, err := d.inspect(ctx, sessions.Stream(id)); err != nil {
			d.add(sessions.Stream(id), seq, err)
		} else {
			sound = append(sound, id)
		}
	}
	d.changed = len(sound) > 0
	return sound, nil
}

// inspect reads a stream to its end and returns the sequence number of the first record that
// cannot be read, with the error.
func (d *corruptSessions) inspect(ctx context.Context, stream string) (persistence.Seq, error) {
	last := persistence.Seq(0)
	for rec, err := range d.Journal.Read(ctx, stream, 0) {
		if err == nil {
			_, err = sessions.ReadFact(rec)
		}
		if err != nil {
			return last + 1, err
		}
		last = rec.Seq
	}
	return 0, nil
}

// add adds the session of the stream. Each is logged once.
func (d *corruptSessions) add(stream string, seq persistence.Seq, err error) {
	if id, ok := sessions.IDOf(stream); ok {
		if _, known := d.sessions[id]; known {
			return
		}
		d.sessions[id], d.changed = struct{}{}, true
		d.Counters.Damaged.Store(int64(len(d.sessions)))
	}
	d.Log.Error().Err(err).Str("stream", stream).Uint64("seq", uint64(seq)).Msg("stored record cannot be read, standings go on without it")
}

// saveBefore queues the list, before a snapshot of the standings after which the records are not
// read again.
func (d *corruptSessions) saveBefore(p persistence.Position) {
	if !d.changed {
		return
	}
	data, err := json.Marshal(slices.Sorted(maps.Keys(d.sessions)))
	if err != nil {
		panic("projection: corrupt sessions that have no JSON: " + err.Error()) // it is a list of numbers
	}
	d.changed = false
	d.SaveSnapshot(persistence.Snapshot{Stream: corruptStream, Seq: persistence.Seq(p), Version: corruptVersion, Data: data})
}
