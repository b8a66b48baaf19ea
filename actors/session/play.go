package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// play is one playing. The fields are exported for the snapshot alone.
type play struct {
	At       protocol.Timestamp  `json:"at"`
	Status   protocol.PlayStatus `json:"status"`
	Removed  bool                `json:"removed,omitempty"`
	Manual   bool                `json:"manual,omitempty"`
	RoomCode *string             `json:"room,omitempty"`
	Count    *int                `json:"count,omitempty"`
	// CountStatus is CountManual or one of the Check words; Run is the number of the fact
	// that began the check, so that what an earlier one saw is told apart.
	CountStatus *string         `json:"count_status,omitempty"`
	Run         protocol.Seq    `json:"run,omitempty"`
	Game        fact.PlayedGame `json:"game"`
	// began is the steady time of its beginning, see anchor. It is no state: it says nothing
	// after the hub has ended.
	began protocol.Timestamp
	// place is the index of the game's tally; Restore finds it again.
	place int
}

// tally is what the audience thinks of a game. The base is the game's totals over
// all sessions when it was first added to this one; Up and Down are the votes of
// this session. What events tell is base plus own.
//
// While two sessions play the same game at once neither sees the other's votes in
// its events: asking for the totals of all sessions at each vote would tie every
// session to one owner of totals. The projection over all sessions has the exact
// numbers, and the next session starts from them.
type tally struct {
	ID       protocol.GameID `json:"id"`
	Title    string          `json:"title"` // as of the newest playing
	PackName string          `json:"pack"`
	BaseUp   int64           `json:"base_up,omitempty"`
	BaseDown int64           `json:"base_down,omitempty"`
	Up       int64           `json:"up,omitempty"`
	Down     int64           `json:"down,omitempty"`
}

// count adds n votes of a thumb; of none, which is what most votes take back, nothing.
func (t *tally) count(v protocol.VoteType, n int64) {
	switch v {
	case protocol.VoteUp:
		t.Up += n
	case protocol.VoteDown:
		t.Down += n
	}
}

func (t *tally) totals() protocol.Totals {
	return protocol.NewTotals(t.BaseUp+t.Up, t.BaseDown+t.Down)
}

// find looks a playing up, nil when the session has none of that id or removed it.
func (h *State) find(id protocol.PlayID) *play {
	if p := h.ever(id); p != nil && !p.Removed {
		return p
	}
	return nil
}

// ever is find that also finds removed playings.
func (h *State) ever(id protocol.PlayID) *play {
	n := int64(id - protocol.NewPlayID(h.id, 0))
	if n < 1 || n > int64(len(h.plays)) {
		return nil
	}
	return &h.plays[n-1]
}

// current is the id of what is playing, 0 when nothing is.
func (h *State) current() protocol.PlayID {
	for i := len(h.plays) - 1; i >= 0; i-- {
		if p := &h.plays[i]; p.Status == protocol.StatusPlaying && !p.Removed {
			return protocol.NewPlayID(h.id, i+1)
		}
	}
	return 0
}
