package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// Decide appends the facts that follow from a command to dst, or refuses. It changes
// nothing that Apply, a read or a snapshot can see. No facts and no error means that
// what is asked for already holds.
//
// Commands are values as protocol declares their methods: CastVote, CastVotes,
// CastGuestVote, ImportChat and CastPollVote as pointers, the others not. now is the hub's
// clock, which may be set at any time: facts are in the order of the log, whatever their
// moments say. Refusals are invalid (400), not_found (404), conflict (409), duplicate_vote (409), forbidden
// (403), session_closed (400) and session_active (400).
func (s *State) Decide(dst []fact.Fact, cmd protocol.Command, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	s.batch, s.chat = batchOutcome{}, chatOutcome{}
	s.SetClock(now)
	if err := cmd.Check(); err != nil {
		return dst, err
	}
	at := now.Wall
	if c, ok := cmd.(protocol.CreateSession); ok {
		return s.decideOpen(dst, c, at)
	}
	if !s.Exists() {
		return dst, protocol.NotFound("Session")
	}
	switch c := cmd.(type) {
	case *protocol.CastVote:
		return s.decideVote(dst, c, now)
	case *protocol.CastVotes:
		return s.decideVotes(dst, c, now)
	case *protocol.ImportChat:
		return s.decideChat(dst, c, now)
	case protocol.AddGame:
		return s.decideAddGame(dst, c, at)
	case protocol.SetGameStatus:
		return s.decideStatus(dst, c, at)
	case protocol.RemoveGame:
		return s.decideRemoveGame(dst, c, at)
	case protocol.SetRoomCode:
		return s.decideRoomCode(dst, c, at)
	case protocol.SetPlayerCount:
		return s.decidePlayerCount(dst, c, at)
	case protocol.StartPlayerCheck:
		return s.decideStartCheck(dst, c, at)
	case protocol.StopPlayerCheck:
		return s.decideStopCheck(dst, c, at)
	case FoldVotes:
		return s.decideFold(dst, c, now)
	case ObservePlayers:
		return s.decideObservation(dst, c, at), nil
	case *protocol.CastPollVote:
		return s.decidePollVote(dst, c, now)
	case protocol.StartPoll:
		return s.decideStartPoll(dst, c, at)
	case protocol.EndPoll:
		return s.decideEndPoll(dst, c, at)
	case protocol.CancelPoll:
		return s.decideCancelPoll(dst, at)
	case protocol.AddPollWinner:
		return s.decideAddWinner(dst, at)
	case *protocol.CastGuestVote:
		return s.decideGuestVote(dst, c, at)
	case protocol.OpenJoin:
		return s.decideOpenJoin(dst, c, at)
	case protocol.VoidVotes:
		return s.decideVoid(dst, c, at)
	case protocol.CloseJoin:
		return s.decideCloseJoin(dst, at)
	case protocol.CloseSession:
		return s.decideClose(dst, c, at)
	case protocol.DeleteSession:
		return s.decideDelete(dst, at)
	}
	return dst, protocol.Errorf(protocol.CodeInternal, "A session does not decide %T", cmd)
}
