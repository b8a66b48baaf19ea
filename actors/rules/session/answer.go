package session

import (
	"partyline/actors/rules/session/fact"
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
// It is nil for ObservePlayers and FoldVotes, and for a command that a session does not decide.
func (s *State) Answer(cmd protocol.Command, facts []fact.Fact) any {
	switch c := cmd.(type) {
	case *protocol.CastVote:
		return s.voteAccepted(facts)
	case *protocol.CastVotes:
		return s.batchResult(c, facts)
	case *protocol.ImportChat:
		return s.chatResult(c)
	case *protocol.CastGuestVote:
		return s.guestVoteAnswer(c, facts)
	case protocol.OpenJoin, protocol.CloseJoin:
		return s.Join()
	case protocol.VoidVotes:
		return s.voidedVotes(c, facts)
	case protocol.CreateSession, protocol.CloseSession:
		return s.Session()
	case protocol.DeleteSession:
		return protocol.DeletedSession{Message: "Session deleted successfully", SessionID: s.id}
	case *protocol.CastPollVote, protocol.StartPoll, protocol.EndPoll, protocol.CancelPoll:
		return s.Poll(s.clock.now)
	case protocol.AddGame, protocol.AddPollWinner:
		return s.newest()
	case protocol.SetGameStatus:
		return s.game(c.GameID)
	case protocol.SetRoomCode:
		return s.game(c.GameID)
	case protocol.SetPlayerCount:
		return s.game(c.GameID)
	case protocol.StartPlayerCheck:
		return protocol.PlayerCheck{Message: "Room monitor started", Status: fact.CheckWaiting}
	case protocol.StopPlayerCheck:
		return protocol.PlayerCheck{Message: "Room monitor stopped", Status: fact.CheckStopped}
	case protocol.RemoveGame:
		return protocol.Message{Message: "Game removed from session successfully"}
	}
	return nil
}

func (s *State) voteAccepted(facts []fact.Fact) any {
	f, ok := facts[len(facts)-1].(*fact.VoteCast)
	if !ok {
		return nil
	}
	return s.accepted(f)
}

func (s *State) accepted(f *fact.VoteCast) *protocol.VoteAccepted {
	t := s.tallyOf(f.Play, f.Game, nil)
	return &protocol.VoteAccepted{
		Success: true,
		Message: "Vote recorded successfully",
		Session: protocol.VoteAcceptedSession{ID: s.id, GamesPlayed: s.playCount},
		Game:    protocol.VoteAcceptedGame{ID: f.Game, Title: s.titleOf(f, t).Title, Totals: t.totals()},
		Vote:    f.Vote(),
	}
}

// batchResult is the verdict of the batch. Of another batch than the one decided
// last only the numbers are known.
func (s *State) batchResult(c *protocol.CastVotes, facts []fact.Fact) *protocol.BatchResult {
	if s.batch.of == c {
		return s.batch.result
	}
	return &protocol.BatchResult{Accepted: len(facts), Rejected: len(c.Votes) - len(facts), Results: []protocol.VoteOutcome{}}
}

// chatResult is the verdict of the log. Of another than the one decided last nothing is
// known any more.
func (s *State) chatResult(c *protocol.ImportChat) any {
	if s.chat.of != c {
		return nil
	}
	return s.chat.result
}
