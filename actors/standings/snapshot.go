package standings

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

// SnapshotVersion is the format that AppendSnapshot writes and Restore reads:
//
//	last, n, n × (id, created, flags, [closed], [notes], [generation, code], playings, tallies), tallies of gone
//	tallies = n, n × (game, plays, up, down)
//
// Numbers are varints: signed for times, unsigned for the rest. Ids of sessions and
// games ascend and stand as the distance to the one before. The flags are one byte;
// notes and code are a length and that many bytes. How a session is joined is of interest
// only while it can be. The totals are not stored: they are the sum
// of the parts, so they cannot disagree with them.
const SnapshotVersion uint32 = 2

const (
	flagClosed byte = 1 << iota
	flagNotes
	flagJoin
)

// The fewest bytes an evening and a tally take. They bound what a count can make
// Restore allocate.
const (
	leastEvening = 5
	leastTally   = 4
)

// AppendSnapshot appends the whole state to dst.
func (h *State) AppendSnapshot(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(h.last))
	dst = binary.AppendUvarint(dst, uint64(len(h.ids)))
	before := protocol.SessionID(0)
	for _, id := range h.ids {
		dst = binary.AppendUvarint(dst, uint64(id-before))
		dst = h.evenings[id].append(dst)
		before = id
	}
	gone := make([]gameTally, 0, len(h.gone))
	for _, id := range slices.Sorted(maps.Keys(h.gone)) {
		gone = append(gone, gameTally{id, *h.gone[id]})
	}
	return appendTallies(dst, gone)
}

func (e *evening) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, int64(e.created))
	var flags byte
	if e.closed != nil {
		flags |= flagClosed
	}
	if e.notes != nil {
		flags |= flagNotes
	}
	if e.join.code != "" {
		flags |= flagJoin
	}
	dst = append(dst, flags)
	if e.closed != nil {
		dst = binary.AppendVarint(dst, int64(*e.closed))
	}
	if e.notes != nil {
		dst = binary.AppendUvarint(dst, uint64(len(*e.notes)))
		dst = append(dst, *e.notes...)
	}
	if e.join.code != "" {
		dst = binary.AppendUvarint(dst, uint64(e.join.generation))
		dst = binary.AppendUvarint(dst, uint64(len(e.join.code)))
		dst = append(dst, e.join.code...)
	}
	dst = binary.AppendUvarint(dst, uint64(e.playings))
	return appendTallies(dst, e.tallies)
}

func appendTallies(dst []byte, tallies []gameTally) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(tallies)))
	before := protocol.GameID(0)
	for _, t := range tallies {
		dst = binary.AppendUvarint(dst, uint64(t.game-before))
		dst = binary.AppendUvarint(dst, uint64(t.plays))
		dst = binary.AppendUvarint(dst, uint64(t.up))
		dst = binary.AppendUvarint(dst, uint64(t.down))
		before = t.game
	}
	return dst
}

// Restore replaces the state by a snapshot's. It never panics and allocates no more
// than a small multiple of the data; after an error the state is as before.
func (h *State) Restore(data []byte) error {
	r := &reader{codec.Reader{Rest: data}}
	fresh := New()
	last := protocol.SessionID(r.ID())
	id := int64(0)
	for n := r.count(leastEvening); n > 0 && !r.Failed; n-- {
		id = r.after(id)
		e := r.evening()
		fresh.open(protocol.SessionID(id), e)
		for _, t := range e.tallies {
			counted(fresh.games, t.game).add(t.tally)
		}
	}
	for _, t := range r.tallies() {
		counted(fresh.games, t.game).add(t.tally)
		counted(fresh.gone, t.game).add(t.tally)
	}
	if !r.Done() || fresh.last > last {
		return errors.New("standings: not a snapshot")
	}
	fresh.last = last
	*h = *fresh
	return nil
}
