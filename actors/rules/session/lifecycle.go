package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// decideOpen decides CreateSession. An id is used once, also when its session was deleted.
func (s *State) decideOpen(dst []fact.Fact, c protocol.CreateSession, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.phase != phaseNone {
		return dst, protocol.Errorf(protocol.CodeConflict, "Session already exists")
	}
	return append(dst, &fact.Opened{At: at, Notes: c.Notes}), nil
}

// decideClose decides CloseSession: first an open poll is canceled and the play that is on
// becomes played.
func (s *State) decideClose(dst []fact.Fact, c protocol.CloseSession, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Session is already closed")
	}
	dst = s.finishCurrent(s.cancelOpenPoll(dst, at), at)
	return append(dst, &fact.Closed{At: at, Notes: c.Notes}), nil
}

// decideDelete decides DeleteSession.
func (s *State) decideDelete(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.phase == phaseActive {
		return dst, protocol.Errorf(protocol.CodeSessionActive, "Cannot delete an active session. Please close it first.")
	}
	return append(dst, &fact.Deleted{At: at}), nil
}

// finishCurrent appends the fact that the play that is on is played, if there is one.
func (s *State) finishCurrent(dst []fact.Fact, at protocol.Timestamp) []fact.Fact {
	if id := s.currentPlay(); id != 0 {
		dst = s.playByID(id).stopRoomCheck(dst, id, at)
		dst = append(dst, &fact.StatusChanged{At: at, Play: id, Status: protocol.StatusPlayed})
	}
	return dst
}
