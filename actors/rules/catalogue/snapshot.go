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
	// TickersGiven is absent in snapshots from before there were tickers.
	TickersGiven bool `json:"tickers_given,omitempty"`
}

// AppendSnapshot appends the whole state to dst.
func (s *State) AppendSnapshot(dst []byte) []byte {
	games := make([]Entry, len(s.games))
	for i, e := range s.games {
		games[i] = *e
	}
	return codec.AppendJSON(dst, snapshot{Last: s.lastID, Clock: s.latestTime, Games: games, Biases: s.biases, TickersGiven: s.tickersGiven})
}

// Restore replaces the state by a snapshot's. It never panics; after an error the state is
// unchanged.
func (s *State) Restore(data []byte) error {
	var stored snapshot
	if err := codec.ReadJSON(data, &stored); err != nil {
		return fmt.Errorf("catalogue: snapshot: %w", err)
	}
	if err := checkEntries(stored.Games); err != nil {
		return fmt.Errorf("catalogue: snapshot: %w", err)
	}
	fresh := New()
	fresh.lastID, fresh.latestTime, fresh.tickersGiven = stored.Last, stored.Clock, stored.TickersGiven
	for _, e := range stored.Games {
		fresh.putGame(e)
	}
	for pack, bias := range stored.Biases {
		fresh.setPackBias(pack, bias)
	}
	*s = *fresh
	return nil
}
