package session

import (
	"encoding/json"

	"partyline/protocol"
)

// Publish appends the JSON of the one event of f to dst. It is called right after
// Apply of f, because events tell totals and counts with the fact in them.
func (h *State) Publish(dst []byte, f Fact, seq protocol.Seq) []byte {
	if f, ok := f.(*VoteCast); ok {
		return h.publishVote(dst, f, seq)
	}
	if f, ok := f.(*PollVoted); ok {
		return h.publishPollVote(dst, f, seq)
	}
	b, err := json.Marshal(h.event(f, seq))
	if err != nil {
		panic("session: an event that has no JSON: " + err.Error()) // events hold only texts, numbers and booleans
	}
	return append(dst, b...)
}

func (h *State) publishVote(dst []byte, f *VoteCast, seq protocol.Seq) []byte {
	p := h.ever(f.Play)
	return protocol.AppendVoteEvent(dst, f.At, seq, &protocol.VoteReceived{
		SessionID: h.id,
		Game:      protocol.EventGame{ID: f.Game, Title: p.Game.Title, PackName: p.Game.PackName},
		Vote:      f.shown(),
		Totals:    h.tallies[p.place].totals(),
	})
}

func (h *State) event(f Fact, seq protocol.Seq) protocol.Event {
	e := protocol.Event{Timestamp: f.moment(), SessionID: h.id, Seq: seq}
	switch f := f.(type) {
	case *Opened:
		e.Type = protocol.EventSessionStarted
		e.Data = protocol.SessionStarted{Session: protocol.StartedSession{ID: h.id, IsActive: true, CreatedAt: f.At, Notes: f.Notes}}
	case *GameAdded:
		e.Type, e.Data = protocol.EventGameAdded, protocol.GameAdded{Session: h.brief(), Game: addedGame(f)}
	case *StatusChanged:
		e.Type, e.Data = protocol.EventGameStatus, protocol.GameStatus{SessionID: h.id, GameID: f.Play, Status: f.Status}
	case *GameRemoved:
		e.Type, e.Data = protocol.EventGameRemoved, protocol.GameRemoved{SessionID: h.id, GameID: f.Play}
	case *RoomCodeSet:
		e.Type, e.Data = protocol.EventRoomCode, protocol.RoomCodeSet{SessionID: h.id, GameID: f.Play, RoomCode: f.RoomCode}
	case *PlayerCountSet:
		e.Type = protocol.EventPlayerCount
		e.Data = protocol.PlayerCountUpdated{SessionID: h.id, GameID: f.Play, PlayerCount: &f.PlayerCount, Status: f.Status}
	case *PlayerCheckMoved:
		e.Type = protocol.EventPlayerCount
		e.Data = protocol.PlayerCountUpdated{SessionID: h.id, GameID: f.Play, PlayerCount: f.PlayerCount, Status: f.Status}
	case *ChatImported:
		e.Type, e.Data = protocol.EventChatImported, h.chatImported(f)
	case *PollStarted:
		e.Type, e.Data = protocol.EventPollStarted, protocol.PollStarted{SessionID: h.id, Poll: *h.Poll(h.anchor.now)}
	case *PollEnded:
		e.Type, e.Data = protocol.EventPollEnded, protocol.PollEnded{SessionID: h.id, Poll: *h.Poll(h.anchor.now)}
	case *VotesVoided:
		e.Type, e.Data = protocol.EventVotesVoided, h.votesVoided(f)
	case *JoinSet:
		e.Type, e.Data = protocol.EventSessionJoin, protocol.NewJoin(h.id, f.Code, f.Policy)
	case *Closed:
		e.Type, e.Data = protocol.EventSessionEnded, protocol.SessionEnded{Session: h.brief()}
	case *Deleted:
		e.Type, e.Data = protocol.EventSessionDeleted, protocol.SessionDeleted{SessionID: h.id}
	}
	return e
}

func (h *State) brief() protocol.EventSession {
	return protocol.EventSession{ID: h.id, IsActive: h.phase == phaseActive, GamesPlayed: h.played}
}

func addedGame(f *GameAdded) protocol.AddedGame {
	g := f.Game
	return protocol.AddedGame{
		ID: g.ID, Title: g.Title, PackName: g.PackName, MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers,
		ManuallyAdded: f.ManuallyAdded, RoomCode: f.RoomCode, PlayID: f.Play,
	}
}
