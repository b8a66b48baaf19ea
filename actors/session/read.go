package session

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// Session is the session's resource. Ask Exists first.
func (h *State) Session() protocol.Session {
	s := protocol.Session{ID: h.id, CreatedAt: h.created, IsActive: h.phase == phaseActive, Notes: h.notes, GamesPlayed: h.played}
	if h.phase == phaseClosed {
		closed := h.closed
		s.ClosedAt = &closed
	}
	return s
}

// Games lists the playings in the order of play, without removed ones; never nil.
func (h *State) Games() []protocol.SessionGame {
	games := make([]protocol.SessionGame, 0, h.played)
	for i := range h.plays {
		if !h.plays[i].Removed {
			games = append(games, h.resource(i))
		}
	}
	return games
}

// Votes is the session's own votes for each game that has any, most votes first;
// games with as many stand in the order of their first playing.
func (h *State) Votes() protocol.SessionVotes {
	votes := make([]protocol.GameVotes, 0, len(h.tallies))
	for _, t := range h.tallies {
		if t.Up+t.Down == 0 {
			continue
		}
		votes = append(votes, protocol.GameVotes{
			GameID: t.ID, Title: t.Title, PackName: t.PackName,
			Upvotes: t.Up, Downvotes: t.Down, NetScore: t.Up - t.Down, TotalVotes: t.Up + t.Down,
		})
	}
	slices.SortStableFunc(votes, func(a, b protocol.GameVotes) int { return cmp.Compare(b.TotalVotes, a.TotalVotes) })
	return protocol.SessionVotes{SessionID: h.id, Votes: votes}
}

// Tallies is every game that was ever added, also when it was removed, in the order
// of first playings: its totals and the session's own votes. Never nil.
func (h *State) Tallies() []protocol.TallyGame {
	games := make([]protocol.TallyGame, len(h.tallies))
	for i := range h.tallies {
		t := &h.tallies[i]
		games[i] = protocol.TallyGame{ID: t.ID, Totals: t.totals(), SessionUpvotes: t.Up, SessionDownvotes: t.Down}
	}
	return games
}

// State is everything a screen needs, as of seq, the number of the fact applied last.
func (h *State) View(seq protocol.Seq, now protocol.ClockReading) *protocol.SessionState {
	return &protocol.SessionState{
		Seq: seq, Session: h.Session(), Games: h.Games(), Tallies: h.Tallies(), Latest: h.latest.List(), Poll: h.Poll(now), Join: h.Join(),
	}
}

// Played lists the catalogue's ids of the playings in the order of play, oldest
// first, without removed ones; a game that was played twice stands there twice.
func (h *State) Played() []protocol.GameID {
	ids := make([]protocol.GameID, 0, h.played)
	for i := range h.plays {
		if !h.plays[i].Removed {
			ids = append(ids, h.plays[i].Game.ID)
		}
	}
	return ids
}

// resource is the n-th playing (from 0) joined with its game.
func (h *State) resource(n int) protocol.SessionGame {
	p := &h.plays[n]
	totals := h.tallies[p.place].totals()
	return protocol.SessionGame{
		ID: protocol.NewPlayID(h.id, n+1), SessionID: h.id, GameID: p.Game.ID, PlayedAt: p.At,
		ManuallyAdded: p.Manual, Status: p.Status, RoomCode: p.RoomCode, PlayerCount: p.Count, PlayerCountCheckStatus: p.CountStatus,
		PackName: p.Game.PackName, Title: p.Game.Title, GameType: p.Game.GameType, MinPlayers: p.Game.MinPlayers, MaxPlayers: p.Game.MaxPlayers,
		PopularityScore: totals.PopularityScore, Upvotes: totals.Upvotes, Downvotes: totals.Downvotes,
	}
}

// newest is the playing that was added last.
func (h *State) newest() protocol.SessionGame { return h.resource(len(h.plays) - 1) }

// game is a playing that the session has.
func (h *State) game(id protocol.PlayID) protocol.SessionGame {
	return h.resource(int(id-protocol.NewPlayID(h.id, 0)) - 1)
}
