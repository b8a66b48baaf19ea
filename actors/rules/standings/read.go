package standings

import (
	"slices"

	"partyline/protocol"
)

// Sessions returns all sessions, the newest first.
func (s *State) Sessions() []protocol.Session {
	all := make([]protocol.Session, 0, len(s.ids))
	for _, id := range slices.Backward(s.ids) {
		all = append(all, s.sessions[id].resource(id))
	}
	return all
}

// SessionPage returns a page of the sessions, the newest first. Its cost does not depend on how
// many sessions there are.
func (s *State) SessionPage(q protocol.PageQuery) protocol.Page[protocol.Session] {
	n := len(s.ids)
	older := func(cursor int64) int {
		at, _ := slices.BinarySearch(s.ids, protocol.SessionID(cursor))
		return n - at
	}
	row := func(i int) protocol.Session {
		id := s.ids[n-1-i]
		return s.sessions[id].resource(id)
	}
	return protocol.PageOf(q, n, older, row, func(r *protocol.Session) int64 { return int64(r.ID) })
}

// Session returns one session, or not_found.
func (s *State) Session(id protocol.SessionID) (protocol.Session, *protocol.Error) {
	totals, ok := s.sessions[id]
	if !ok {
		return protocol.Session{}, protocol.NotFound("Session")
	}
	return totals.resource(id), nil
}

// NewestActive returns the newest session that is not closed; ok is false when there is none.
func (s *State) NewestActive() (newest protocol.Session, ok bool) {
	if len(s.active) == 0 {
		return newest, false
	}
	id := s.active[len(s.active)-1]
	return s.sessions[id].resource(id), true
}

// JoinCode is the code by which phones can join a session now.
type JoinCode struct {
	Session    protocol.SessionID
	Generation protocol.JoinGeneration
	Code       string
}

// JoinCodes returns the codes of all sessions, ordered by session.
func (s *State) JoinCodes() []JoinCode {
	open := []JoinCode{}
	for _, id := range s.active {
		if j := s.sessions[id].join; j.code != "" {
			open = append(open, JoinCode{id, j.generation, j.code})
		}
	}
	return open
}

// LastID is the highest id a session ever had, also a deleted one; 0 before the first.
func (s *State) LastID() protocol.SessionID { return s.lastID }

// Totals returns how often a game was played and voted for, over all sessions ever. It
// implements catalogue.Totals.
func (s *State) Totals(id protocol.GameID) (plays, up, down int64) {
	if t, ok := s.games[id]; ok {
		return t.plays, t.up, t.down
	}
	return 0, 0, 0
}

// VoteCount counts the votes of existing sessions (not of deleted ones) that pass the filter
// and are not folded, without reading any. Names are not counted here: with a username the number is that of all
// names, the most it can be, and exact is false.
func (s *State) VoteCount(f protocol.VoteFilter) (n int64, exact bool) {
	t := s.sumOf(f.SessionID, f.GameID)
	return t.count(f.VoteType), f.Username == ""
}

// sumOf sums up a session, a game, both or (both 0) everything, without deleted sessions and
// folded votes.
func (s *State) sumOf(id protocol.SessionID, game protocol.GameID) (t tally) {
	if id != 0 {
		totals, ok := s.sessions[id]
		switch {
		case !ok:
			return tally{}
		case game != 0:
			return totals.listed(game)
		}
		return totals.sum()
	}
	if game != 0 {
		return s.listedTally(game)
	}
	for g := range s.games {
		t.add(s.listedTally(g))
	}
	return t
}

// listedTally is a game's tally over the existing sessions whose votes are not folded.
func (s *State) listedTally(game protocol.GameID) tally {
	t, ok := s.games[game]
	if !ok {
		return tally{}
	}
	listed := *t
	for _, gone := range []map[protocol.GameID]*tally{s.deletedGames, s.foldedGames} {
		if part, ok := gone[game]; ok {
			listed = listed.minus(*part)
		}
	}
	return listed
}

// Closed is a session that is not active, for those that fold votes.
type Closed struct {
	ID     protocol.SessionID
	At     protocol.Timestamp
	Folded bool
}

// Closed are the sessions that are closed, the oldest id first.
func (s *State) Closed() (list []Closed) {
	for _, id := range s.ids {
		if t := s.sessions[id]; t.closed != nil {
			list = append(list, Closed{id, *t.closed, t.folded != nil})
		}
	}
	return list
}
