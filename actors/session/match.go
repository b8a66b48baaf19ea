package session

import (
	"sort"

	"partyline/protocol"
)

// match finds the playing a vote belongs to: of those not removed the one with the
// latest played_at that is not after ts. The status does not matter: it is set
// after the fact, and who voted on a game that the host skipped saw it all the same.
func (h *Heart) match(ts protocol.Timestamp) (protocol.PlayID, *protocol.Error) {
	if h.played == 0 {
		return 0, protocol.Errorf(protocol.CodeNotFound, "No games have been played in the active session yet")
	}
	for n := h.begunBy(ts); n > 0; n-- {
		if !h.plays[n-1].Removed {
			return protocol.NewPlayID(h.id, n), nil
		}
	}
	return 0, protocol.Errorf(protocol.CodeNotFound, "Vote timestamp does not match any game in the active session")
}

// begunBy counts the plays, removed ones too, that had begun at ts.
func (h *Heart) begunBy(ts protocol.Timestamp) int {
	n := len(h.plays)
	if n == 0 || h.plays[n-1].At <= ts {
		return n // nearly every vote is for the newest playing
	}
	return sort.Search(n, func(i int) bool { return h.plays[i].At > ts })
}
