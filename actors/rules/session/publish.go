package session

import (
	"encoding/json"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// Publish appends the JSON of the one event of f to dst. It is called right after
// Apply of f, because events tell totals and counts with the fact in them.
func (s *State) Publish(dst []byte, f fact.Fact, seq protocol.Seq) []byte {
	if f, ok := f.(*fact.VoteCast); ok {
		return s.publishVote(dst, f, seq)
	}
	if f, ok := f.(*fact.PollVoted); ok {
		return s.publishPollVote(dst, f, seq)
	}
	b, err := json.Marshal(s.event(f, seq))
	if err != nil {
		panic("session: an event that has no JSON: " + err.Error()) // events hold only texts, numbers and booleans
	}
	return append(dst, b...)
}

func (s *State) publishVote(dst []byte, f *fact.VoteCast, seq protocol.Seq) []byte {
	t := s.tallyOf(f.Play, f.Game, nil)
	return protocol.AppendVoteEvent(dst, f.At, seq, &protocol.VoteReceived{
		SessionID: s.id,
		Game:      s.titleOf(f, t),
		Vote:      f.Vote(),
		Totals:    t.totals(),
	})
}

func (s *State) event(f fact.Fact, seq protocol.Seq) protocol.Event {
	e := protocol.Event{Timestamp: f.Occurred(), SessionID: s.id, Seq: seq}
	switch f := f.(type) {
	case *fact.Opened:
		e.Type = protocol.EventSessionStarted
		e.Data = protocol.SessionStarted{Session: protocol.StartedSession{ID: s.id, IsActive: true, CreatedAt: f.At, Notes: f.Notes}}
	case *fact.GameAdded:
		e.Type, e.Data = protocol.EventGameAdded, protocol.GameAdded{Session: s.brief(), Game: addedGame(f)}
	case *fact.StatusChanged:
		e.Type, e.Data = protocol.EventGameStatus, protocol.GameStatusChanged{SessionID: s.id, GameID: f.Play, Status: f.Status}
	case *fact.GameRemoved:
		e.Type, e.Data = protocol.EventGameRemoved, protocol.GameRemoved{SessionID: s.id, GameID: f.Play}
	case *fact.RoomCodeSet:
		e.Type, e.Data = protocol.EventRoomCode, protocol.RoomCodeSet{SessionID: s.id, GameID: f.Play, RoomCode: f.RoomCode}
	case *fact.PlayerCountSet:
		e.Type = protocol.EventPlayerCount
		e.Data = protocol.PlayerCountUpdated{SessionID: s.id, GameID: f.Play, PlayerCount: &f.PlayerCount, Status: f.Status}
	case *fact.PlayerCheckMoved:
		e.Type = protocol.EventPlayerCount
		e.Data = protocol.PlayerCountUpdated{SessionID: s.id, GameID: f.Play, PlayerCount: f.PlayerCount, Status: f.Status}
	case *fact.ChatImported:
		e.Type, e.Data = protocol.EventChatImported, s.chatImportedEvent(f)
	case *fact.PollStarted:
		e.Type, e.Data = protocol.EventPollStarted, protocol.PollStarted{SessionID: s.id, Poll: *s.Poll(s.clock.now)}
	case *fact.PollEnded:
		e.Type, e.Data = protocol.EventPollEnded, protocol.PollEnded{SessionID: s.id, Poll: *s.Poll(s.clock.now)}
	case *fact.VotesVoided:
		e.Type, e.Data = protocol.EventVotesVoided, s.votesVoided(f)
	case *fact.VotesFolded:
		e.Type, e.Data = protocol.EventVotesFolded, protocol.VotesFolded{SessionID: s.id, Votes: f.Votes}
	case *fact.JoinSet:
		e.Type, e.Data = protocol.EventSessionJoin, protocol.NewJoin(s.id, f.Code, f.Policy)
	case *fact.Closed:
		e.Type, e.Data = protocol.EventSessionEnded, protocol.SessionEnded{Session: s.brief()}
	case *fact.Deleted:
		e.Type, e.Data = protocol.EventSessionDeleted, protocol.SessionDeleted{SessionID: s.id}
	}
	return e
}

func (s *State) brief() protocol.EventSession {
	return protocol.EventSession{ID: s.id, IsActive: s.phase == phaseActive, GamesPlayed: s.playCount}
}

func addedGame(f *fact.GameAdded) protocol.AddedGame {
	g := f.Game
	return protocol.AddedGame{
		ID: g.ID, Title: g.Title, PackName: g.PackName, MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers,
		ManuallyAdded: f.ManuallyAdded, RoomCode: f.RoomCode, PlayID: f.Play,
	}
}
