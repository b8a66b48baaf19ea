package catalogue

import (
	"fmt"

	"partyline/actors/codec"
	"partyline/protocol"
)

// SnapshotVersion is the format that AppendSnapshot writes and Restore reads.
const SnapshotVersion uint32 = 1

// snapshot is the stored form of a State, as JSON.
type snapshot struct {
	Last   protocol.GameID    `json:"last"`
	Clock  protocol.Timestamp `json:"clock"`
	Games  []Entry            `json:"games"`
	Biases map[string]int     `json:"biases"`
}

// AppendSnapshot appends the whole state to dst.
func (h *State) AppendSnapshot(dst []byte) []byte {
	games := make([]Entry, len(h.games))
	for i, e := range h.games {
		games[i] = *e
	}
	return codec.AppendJSON(dst, snapshot{Last: h.last, Clock: h.clock, Games: games, Biases: h.biases})
}

// Restore replaces the state by a snapshot's. It never panics; after an error the
// state is as before.
func (h *State) Restore(data []byte) error {
	var s snapshot
	if err := codec.ReadJSON(data, &s); err != nil {
		return fmt.Errorf("catalogue: snapshot: %w", err)
	}
	if err := checkEntries(s.Games); err != nil {
		return fmt.Errorf("catalogue: snapshot: %w", err)
	}
	fresh := New()
	fresh.last, fresh.clock = s.Last, s.Clock
	for _, e := range s.Games {
		fresh.put(e)
	}
	for pack, bias := range s.Biases {
		fresh.favor(pack, bias)
	}
	*h = *fresh
	return nil
}
