package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// open decides CreateSession. An id is used once, also when its session was deleted.
func (h *State) open(dst []fact.Fact, c protocol.CreateSession, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.phase != phaseNone {
		return dst, protocol.Errorf(protocol.CodeConflict, "Session already exists")
	}
	return append(dst, &fact.Opened{At: at, Notes: c.Notes}), nil
}

// close decides CloseSession: an open poll is canceled and what is playing becomes
// played first.
func (h *State) close(dst []fact.Fact, c protocol.CloseSession, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Session is already closed")
	}
	dst = h.finishCurrent(h.dropPoll(dst, at), at)
	return append(dst, &fact.Closed{At: at, Notes: c.Notes}), nil
}

// delete decides DeleteSession.
func (h *State) delete(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.phase == phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionActive, "Cannot delete an active session. Please close it first.")
	}
	return append(dst, &fact.Deleted{At: at}), nil
}

// finishCurrent appends the fact that what is playing is now played, if anything is.
func (h *State) finishCurrent(dst []fact.Fact, at protocol.Timestamp) []fact.Fact {
	if id := h.current(); id != 0 {
		dst = h.ever(id).endCheck(dst, id, at)
		dst = append(dst, &fact.StatusChanged{At: at, Play: id, Status: protocol.StatusPlayed})
	}
	return dst
}
