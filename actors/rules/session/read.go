package session

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// Session returns the session's resource. The session must exist.
func (s *State) Session() protocol.Session {
	r := protocol.Session{ID: s.id, CreatedAt: s.created, IsActive: s.phase == phaseActive, Notes: s.notes, GamesPlayed: s.playCount}
	if s.phase == phaseClosed {
		closed := s.closed
		r.ClosedAt = &closed
	}
	if s.folded != nil {
		at := s.folded.At
		r.VotesFoldedAt = &at
	}
	return r
}

// Games lists the plays in order, without removed ones; never nil.
func (s *State) Games() []protocol.SessionGame {
	games := make([]protocol.SessionGame, 0, s.playCount)
	for i := range s.plays {
		if !s.plays[i].Removed {
			games = append(games, s.resource(i))
		}
	}
	return games
}

// GamePage returns a page of what Games returns. Of the whole list it has the newest games when
// they are more than protocol.MaxListed: the one that is being played is among them.
func (s *State) GamePage(q protocol.PageQuery) protocol.Page[protocol.SessionGame] {
	if q.Whole() {
		q.Offset = protocol.RowOffset(max(0, s.playCount-protocol.MaxListed))
	}
	from := max(0, q.After()-int64(protocol.NewPlayID(s.id, 0)))
	return protocol.PageOfSeq(q, s.playCount, func(yield func(protocol.SessionGame) bool) {
		for i := from; i < int64(len(s.plays)); i++ {
			if !s.plays[i].Removed && !yield(s.resource(int(i))) {
				return
			}
		}
	}, func(g *protocol.SessionGame) int64 { return int64(g.ID) })
}

// Votes returns the session's own votes for each game that has any, most votes first; games
// with equal numbers stand in the order of their first play or vote by ticker.
func (s *State) Votes() protocol.SessionVotes {
	votes := make([]protocol.GameVotes, 0, len(s.tallies))
	for _, t := range s.tallies {
		if t.Up+t.Down == 0 {
			continue
		}
		votes = append(votes, protocol.GameVotes{
			GameID: t.ID, Title: t.Title, PackName: t.PackName,
			Upvotes: t.Up, Downvotes: t.Down, NetScore: t.Up - t.Down, TotalVotes: t.Up + t.Down,
		})
	}
	slices.SortStableFunc(votes, func(a, b protocol.GameVotes) int { return cmp.Compare(b.TotalVotes, a.TotalVotes) })
	return protocol.SessionVotes{SessionID: s.id, Votes: votes}
}

// Tallies returns the totals and the session's own votes of every game that was ever added,
// removed ones too, or voted for by ticker, in the order of first plays or votes; never nil.
func (s *State) Tallies() []protocol.TallyGame {
	games := make([]protocol.TallyGame, len(s.tallies))
	for i := range s.tallies {
		t := &s.tallies[i]
		games[i] = protocol.TallyGame{ID: t.ID, Totals: t.totals(), SessionUpvotes: t.Up, SessionDownvotes: t.Down}
	}
	return games
}

// View returns everything that a screen shows, as of seq, the number of the last fact applied.
func (s *State) View(seq protocol.Seq, now protocol.ClockReading) *protocol.SessionState {
	return &protocol.SessionState{
		Seq: seq, Session: s.Session(), Games: s.Games(), Tallies: s.Tallies(), Latest: s.latestVotes.List(), Poll: s.Poll(now), Join: s.Join(),
		FoldedSeq: s.FoldedSeq(),
	}
}

// Played lists the catalogue ids of the plays, oldest first, without removed ones; a game
// that was played twice is listed twice.
func (s *State) Played() []protocol.GameID {
	ids := make([]protocol.GameID, 0, s.playCount)
	for i := range s.plays {
		if !s.plays[i].Removed {
			ids = append(ids, s.plays[i].Game.ID)
		}
	}
	return ids
}

// resource returns the n-th play, from 0, with its game.
func (s *State) resource(n int) protocol.SessionGame {
	p := &s.plays[n]
	totals := s.tallies[p.tally].totals()
	return protocol.SessionGame{
		ID: protocol.NewPlayID(s.id, n+1), SessionID: s.id, GameID: p.Game.ID, PlayedAt: p.At,
		ManuallyAdded: p.Manual, Status: p.Status, RoomCode: p.RoomCode, PlayerCount: p.Count, PlayerCountCheckStatus: p.CountStatus,
		PackName: p.Game.PackName, Title: p.Game.Title, GameType: p.Game.GameType, MinPlayers: p.Game.MinPlayers, MaxPlayers: p.Game.MaxPlayers,
		PopularityScore: totals.PopularityScore, Upvotes: totals.Upvotes, Downvotes: totals.Downvotes,
	}
}

// newest returns the play that was added last.
func (s *State) newest() protocol.SessionGame { return s.resource(len(s.plays) - 1) }

// game returns a play that exists.
func (s *State) game(id protocol.PlayID) protocol.SessionGame {
	return s.resource(int(id-protocol.NewPlayID(s.id, 0)) - 1)
}

// Export is what is told of the session in a file, without its votes, as of seq, the
// number of the fact applied last. When it was made is left to the caller.
func (s *State) Export(seq protocol.Seq) *protocol.SessionExport {
	votes, _, _ := s.FoldedVotes()
	return &protocol.SessionExport{
		Seq: seq, Session: s.Session(), Games: s.Games(), Totals: s.Votes().Votes, Votes: []protocol.ExportedVote{}, Voided: s.devices.allVoided(), FoldedVotes: votes,
	}
}

// allVoided are the devices whose votes were taken back.
func (d *devices) allVoided() map[protocol.DeviceID]struct{} {
	all := map[protocol.DeviceID]struct{}{}
	for i := range d.list {
		if d.list[i].voided {
			all[d.list[i].id] = struct{}{}
		}
	}
	return all
}
