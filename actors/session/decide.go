package session

import (
	"partyline/actors/session/fact"
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
func (h *State) Decide(dst []fact.Fact, cmd protocol.Command, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	h.batch, h.chat = verdict{}, chatVerdict{}
	h.Look(now)
	if err := cmd.Check(); err != nil {
		return dst, err
	}
	at := now.Wall
	if c, ok := cmd.(protocol.CreateSession); ok {
		return h.open(dst, c, at)
	}
	if !h.Exists() {
		return dst, protocol.NotFound("Session")
	}
	switch c := cmd.(type) {
	case *protocol.CastVote:
		return h.castVote(dst, c, now)
	case *protocol.CastVotes:
		return h.castVotes(dst, c, now)
	case *protocol.ImportChat:
		return h.importChat(dst, c, now)
	case protocol.AddGame:
		return h.addGame(dst, c, at)
	case protocol.SetGameStatus:
		return h.setStatus(dst, c, at)
	case protocol.RemoveGame:
		return h.removeGame(dst, c, at)
	case protocol.SetRoomCode:
		return h.setRoomCode(dst, c, at)
	case protocol.SetPlayerCount:
		return h.setPlayerCount(dst, c, at)
	case protocol.StartPlayerCheck:
		return h.startCheck(dst, c, at)
	case protocol.StopPlayerCheck:
		return h.stopCheck(dst, c, at)
	case ObservePlayers:
		return h.observe(dst, c, at), nil
	case *protocol.CastPollVote:
		return h.votePoll(dst, c, now)
	case protocol.StartPoll:
		return h.startPoll(dst, c, at)
	case protocol.EndPoll:
		return h.endPoll(dst, c, at)
	case protocol.CancelPoll:
		return h.cancelPoll(dst, at)
	case protocol.AddPollWinner:
		return h.addWinner(dst, at)
	case *protocol.CastGuestVote:
		return h.castGuest(dst, c, at)
	case protocol.OpenJoin:
		return h.openJoin(dst, c, at)
	case protocol.VoidVotes:
		return h.voidVotes(dst, c, at)
	case protocol.CloseJoin:
		return h.closeJoin(dst, at)
	case protocol.CloseSession:
		return h.close(dst, c, at)
	case protocol.DeleteSession:
		return h.delete(dst, at)
	}
	return dst, protocol.Errorf(protocol.CodeInternal, "A session does not decide %T", cmd)
}
