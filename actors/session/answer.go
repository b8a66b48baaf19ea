package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// Answer is what the sender of a command is told, after Apply of all its facts and
// before the next Decide:
//
//	CreateSession, CloseSession                            protocol.Session
//	DeleteSession                                          protocol.DeletedSession
//	AddGame, SetGameStatus, SetRoomCode, SetPlayerCount    protocol.SessionGame
//	RemoveGame                                             protocol.Message
//	StartPlayerCheck, StopPlayerCheck                      protocol.PlayerCheck
//	*CastVote                                              *protocol.VoteAccepted
//	*CastVotes                                             *protocol.BatchResult
//	*ImportChat                                            *protocol.ChatResult
//	StartPoll, *CastPollVote, EndPoll, CancelPoll              *protocol.Poll
//	AddPollWinner                                              protocol.SessionGame
//	*CastGuestVote                                         *protocol.GuestVoteAccepted
//	OpenJoin, CloseJoin                                    protocol.Join
//	VoidVotes                                              protocol.VoidedVotes
//
// It is nil for ObservePlayers, and for a command that a session does not decide.
func (h *State) Answer(cmd protocol.Command, facts []fact.Fact) any {
	switch c := cmd.(type) {
	case *protocol.CastVote:
		return h.voteAccepted(facts)
	case *protocol.CastVotes:
		return h.batchResult(c, facts)
	case *protocol.ImportChat:
		return h.chatResult(c)
	case *protocol.CastGuestVote:
		return h.guestAccepted(c, facts)
	case protocol.OpenJoin, protocol.CloseJoin:
		return h.Join()
	case protocol.VoidVotes:
		return h.voidedVotes(c, facts)
	case protocol.CreateSession, protocol.CloseSession:
		return h.Session()
	case protocol.DeleteSession:
		return protocol.DeletedSession{Message: "Session deleted successfully", SessionID: h.id}
	case *protocol.CastPollVote, protocol.StartPoll, protocol.EndPoll, protocol.CancelPoll:
		return h.Poll(h.anchor.now)
	case protocol.AddGame, protocol.AddPollWinner:
		return h.newest()
	case protocol.SetGameStatus:
		return h.game(c.GameID)
	case protocol.SetRoomCode:
		return h.game(c.GameID)
	case protocol.SetPlayerCount:
		return h.game(c.GameID)
	case protocol.StartPlayerCheck:
		return protocol.PlayerCheck{Message: "Room monitor started", Status: fact.CheckWaiting}
	case protocol.StopPlayerCheck:
		return protocol.PlayerCheck{Message: "Room monitor stopped", Status: fact.CheckStopped}
	case protocol.RemoveGame:
		return protocol.Message{Message: "Game removed from session successfully"}
	}
	return nil
}

func (h *State) voteAccepted(facts []fact.Fact) any {
	f, ok := facts[len(facts)-1].(*fact.VoteCast)
	if !ok {
		return nil
	}
	return h.accepted(f)
}

func (h *State) accepted(f *fact.VoteCast) *protocol.VoteAccepted {
	p := h.ever(f.Play)
	return &protocol.VoteAccepted{
		Success: true,
		Message: "Vote recorded successfully",
		Session: protocol.VoteAcceptedSession{ID: h.id, GamesPlayed: h.played},
		Game:    protocol.VoteAcceptedGame{ID: f.Game, Title: p.Game.Title, Totals: h.tallies[p.place].totals()},
		Vote:    f.Vote(),
	}
}

// batchResult is the verdict of the batch. Of another batch than the one decided
// last only the numbers are known.
func (h *State) batchResult(c *protocol.CastVotes, facts []fact.Fact) *protocol.BatchResult {
	if h.batch.of == c {
		return h.batch.result
	}
	return &protocol.BatchResult{Accepted: len(facts), Rejected: len(c.Votes) - len(facts), Results: []protocol.VoteOutcome{}}
}

// chatResult is the verdict of the log. Of another than the one decided last nothing is
// known any more.
func (h *State) chatResult(c *protocol.ImportChat) any {
	if h.chat.of != c {
		return nil
	}
	return h.chat.result
}
