package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// play is one play of a game. The fields are exported for the snapshot only.
type play struct {
	At       protocol.Timestamp  `json:"at"`
	Status   protocol.PlayStatus `json:"status"`
	Removed  bool                `json:"removed,omitempty"`
	Manual   bool                `json:"manual,omitempty"`
	RoomCode *string             `json:"room,omitempty"`
	Count    *int                `json:"count,omitempty"`
	// CountStatus is fact.CountManual or one of the fact.Check statuses. Run is the number of
	// the fact that started the check, so that results of an earlier check are told apart.
	CountStatus *string         `json:"count_status,omitempty"`
	Run         protocol.Seq    `json:"run,omitempty"`
	Game        fact.PlayedGame `json:"game"`
	// started is the monotonic time of its start, see clockAnchor. It is not part of the state.
	started protocol.Timestamp
	// tally is the index of the game's tally; Restore computes it again.
	tally int
}

// tally counts the votes for a game. The base is the game's totals over all sessions when it
// was first added to this one, or first voted for by ticker; Up and Down are the votes of this session. Events tell base
// plus own.
//
// While two sessions play the same game at once neither sees the other's votes in
// its events: asking for the totals of all sessions at each vote would tie every
// session to one owner of totals. The projection over all sessions has the exact
// numbers, and the next session starts from them.
type tally struct {
	ID       protocol.GameID `json:"id"`
	Title    string          `json:"title"` // as of the newest play
	PackName string          `json:"pack"`
	BaseUp   int64           `json:"base_up,omitempty"`
	BaseDown int64           `json:"base_down,omitempty"`
	Up       int64           `json:"up,omitempty"`
	Down     int64           `json:"down,omitempty"`
}

// count adds n votes of a type; nothing for the empty type, which is what most votes replace.
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

// findPlay returns a play, nil if the session has none of that id or it was removed.
func (s *State) findPlay(id protocol.PlayID) *play {
	if p := s.playByID(id); p != nil && !p.Removed {
		return p
	}
	return nil
}

// playByID returns a play, removed or not, nil for none.
func (s *State) playByID(id protocol.PlayID) *play {
	n := int64(id - protocol.NewPlayID(s.id, 0))
	if n < 1 || n > int64(len(s.plays)) {
		return nil
	}
	return &s.plays[n-1]
}

// currentPlay returns the id of the play that is on, 0 for none.
func (s *State) currentPlay() protocol.PlayID {
	for i := len(s.plays) - 1; i >= 0; i-- {
		if p := &s.plays[i]; p.Status == protocol.StatusPlaying && !p.Removed {
			return protocol.NewPlayID(s.id, i+1)
		}
	}
	return 0
}
