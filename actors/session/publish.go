package session

import (
	"encoding/json"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// Publish appends the JSON of the one event of f to dst. It is called right after
// Apply of f, because events tell totals and counts with the fact in them.
func (h *State) Publish(dst []byte, f fact.Fact, seq protocol.Seq) []byte {
	if f, ok := f.(*fact.VoteCast); ok {
		return h.publishVote(dst, f, seq)
	}
	if f, ok := f.(*fact.PollVoted); ok {
		return h.publishPollVote(dst, f, seq)
	}
	b, err := json.Marshal(h.event(f, seq))
	if err != nil {
		panic("session: an event that has no JSON: " + err.Error()) // events hold only texts, numbers and booleans
	}
	return append(dst, b...)
}

func (h *State) publishVote(dst []byte, f *fact.VoteCast, seq protocol.Seq) []byte {
	p := h.ever(f.Play)
	return protocol.AppendVoteEvent(dst, f.At, seq, &protocol.VoteReceived{
		SessionID: h.id,
		Game:      protocol.EventGame{ID: f.Game, Title: p.Game.Title, PackName: p.Game.PackName},
		Vote:      f.Vote(),
		Totals:    h.tallies[p.place].totals(),
	})
}

func (h *State) event(f fact.Fact, seq protocol.Seq) protocol.Event {
	e := protocol.Event{Timestamp: f.Occurred(), SessionID: h.id, Seq: seq}
	switch f := f.(type) {
	case *fact.Opened:
		e.Type = protocol.EventSessionStarted
		e.Data = protocol.SessionStarted{Session: protocol.StartedSession{ID: h.id, IsActive: true, CreatedAt: f.At, Notes: f.Notes}}
	case *fact.GameAdded:
		e.Type, e.Data = protocol.EventGameAdded, protocol.GameAdded{Session: h.brief(), Game: addedGame(f)}
	case *fact.StatusChanged:
		e.Type, e.Data = protocol.EventGameStatus, protocol.GameStatus{SessionID: h.id, GameID: f.Play, Status: f.Status}
	case *fact.GameRemoved:
		e.Type, e.Data = protocol.EventGameRemoved, protocol.GameRemoved{SessionID: h.id, GameID: f.Play}
	case *fact.RoomCodeSet:
		e.Type, e.Data = protocol.EventRoomCode, protocol.RoomCodeSet{SessionID: h.id, GameID: f.Play, RoomCode: f.RoomCode}
	case *fact.PlayerCountSet:
		e.Type = protocol.EventPlayerCount
		e.Data = protocol.PlayerCountUpdated{SessionID: h.id, GameID: f.Play, PlayerCount: &f.PlayerCount, Status: f.Status}
	case *fact.PlayerCheckMoved:
		e.Type = protocol.EventPlayerCount
		e.Data = protocol.PlayerCountUpdated{SessionID: h.id, GameID: f.Play, PlayerCount: f.PlayerCount, Status: f.Status}
	case *fact.ChatImported:
		e.Type, e.Data = protocol.EventChatImported, h.chatImported(f)
	case *fact.PollStarted:
		e.Type, e.Data = protocol.EventPollStarted, protocol.PollStarted{SessionID: h.id, Poll: *h.Poll(h.anchor.now)}
	case *fact.PollEnded:
		e.Type, e.Data = protocol.EventPollEnded, protocol.PollEnded{SessionID: h.id, Poll: *h.Poll(h.anchor.now)}
	case *fact.VotesVoided:
		e.Type, e.Data = protocol.EventVotesVoided, h.votesVoided(f)
	case *fact.JoinSet:
		e.Type, e.Data = protocol.EventSessionJoin, protocol.NewJoin(h.id, f.Code, f.Policy)
	case *fact.Closed:
		e.Type, e.Data = protocol.EventSessionEnded, protocol.SessionEnded{Session: h.brief()}
	case *fact.Deleted:
		e.Type, e.Data = protocol.EventSessionDeleted, protocol.SessionDeleted{SessionID: h.id}
	}
	return e
}

func (h *State) brief() protocol.EventSession {
	return protocol.EventSession{ID: h.id, IsActive: h.phase == phaseActive, GamesPlayed: h.played}
}

func addedGame(f *fact.GameAdded) protocol.AddedGame {
	g := f.Game
	return protocol.AddedGame{
		ID: g.ID, Title: g.Title, PackName: g.PackName, MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers,
		ManuallyAdded: f.ManuallyAdded, RoomCode: f.RoomCode, PlayID: f.Play,
	}
}
