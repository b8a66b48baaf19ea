package standings

import (
	"slices"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// State holds the standings. It belongs to one goroutine at a time; reads change nothing and
// return copies.
type State struct {
	// lastID is the highest id of any session, also of deleted ones.
	lastID protocol.SessionID
	// sessions are those that were not deleted; ids are theirs, ascending, and active the ids
	// of those that are not closed.
	sessions    map[protocol.SessionID]*sessionTotals
	ids, active []protocol.SessionID
	// games are the totals of games over all sessions, deleted ones too; deletedGames is the
	// part of them that comes from deleted sessions.
	games, deletedGames map[protocol.GameID]*tally
	// foldedGames is the part of games that comes from sessions whose votes are folded: it is
	// the sum of their tallies.
	foldedGames map[protocol.GameID]*tally
}

// New returns empty standings.
func New() *State {
	return &State{
		sessions:     map[protocol.SessionID]*sessionTotals{},
		games:        map[protocol.GameID]*tally{},
		deletedGames: map[protocol.GameID]*tally{},
		foldedGames:  map[protocol.GameID]*tally{},
	}
}

// Apply applies a fact of a session. Facts of one session come in their order; a fact about a
// session that does not exist changes nothing, unless the fact holds the whole session.
func (s *State) Apply(id protocol.SessionID, f fact.Fact) {
	if opened, ok := f.(*fact.Opened); ok {
		s.addSession(id, &sessionTotals{created: opened.At, notes: opened.Notes})
		return
	}
	if folded, ok := f.(*fact.VotesFolded); ok {
		s.foldSession(id, folded)
		return
	}
	totals, ok := s.sessions[id]
	if !ok {
		return
	}
	switch f := f.(type) {
	case *fact.VoteCast:
		totals.tallyOf(f.Game).addVotes(f.Type, 1)
		tallyOf(s.games, f.Game).addVotes(f.Type, 1)
		s.undoReplaced(totals, f)
	case *fact.ChatImported:
		for _, p := range f.Plays {
			votes := tally{up: p.Up, down: p.Down}
			totals.tallyOf(p.Game).add(votes)
			tallyOf(s.games, p.Game).add(votes)
		}
	case *fact.VotesVoided:
		s.voidVotes(totals, f)
	case *fact.JoinSet:
		totals.join = joinState{generation: f.Generation, code: f.Code}
	case *fact.GameAdded:
		totals.gamesPlayed++
		totals.tallyOf(f.Game.ID).plays++
		tallyOf(s.games, f.Game.ID).plays++
	case *fact.GameRemoved:
		totals.gamesPlayed = max(0, totals.gamesPlayed-1)
	case *fact.Closed:
		s.closeSession(id, totals, f)
	case *fact.Deleted:
		s.deleteSession(id, totals)
	}
}

// RemoveSession takes a session out as if none of its facts had been applied, its totals too:
// then they can be applied again. A deleted session cannot be taken out.
func (s *State) RemoveSession(id protocol.SessionID) {
	totals, ok := s.sessions[id]
	if !ok {
		return
	}
	for _, t := range totals.tallies {
		all := tallyOf(s.games, t.game)
		*all = all.minus(t.tally)
	}
	s.forgetFolded(totals)
	delete(s.sessions, id)
	s.ids = removeID(s.ids, id)
	s.active = removeID(s.active, id)
}

// OnlyDeleted returns standings with the totals of deleted sessions, whose facts are not kept,
// and without any session.
func (s *State) OnlyDeleted() *State {
	r := New()
	r.lastID = s.lastID
	for id, t := range s.deletedGames {
		tallyOf(r.deletedGames, id).add(*t)
		tallyOf(r.games, id).add(*t)
	}
	return r
}

func (s *State) addSession(id protocol.SessionID, totals *sessionTotals) {
	if _, ok := s.sessions[id]; ok {
		return
	}
	s.lastID = max(s.lastID, id)
	s.sessions[id] = totals
	s.addFolded(totals)
	s.ids = insertID(s.ids, id)
	if totals.closed == nil {
		s.active = insertID(s.active, id)
	}
}

// undoReplaced subtracts the vote that a newer one replaces. That vote is missing when its
// record was damaged and skipped; then nothing is subtracted.
func (s *State) undoReplaced(totals *sessionTotals, f *fact.VoteCast) {
	t := totals.tallyOf(f.Game)
	if f.Replaced == protocol.VoteUp && t.up > 0 || f.Replaced == protocol.VoteDown && t.down > 0 {
		t.addVotes(f.Replaced, -1)
		tallyOf(s.games, f.Game).addVotes(f.Replaced, -1)
	}
}

// voidVotes subtracts the votes that the host has voided, as far as they were counted.
func (s *State) voidVotes(totals *sessionTotals, f *fact.VotesVoided) {
	for _, p := range f.Plays {
		t := totals.tallyOf(p.Game)
		up, down := min(p.Up, t.up), min(p.Down, t.down)
		t.add(tally{up: -up, down: -down})
		tallyOf(s.games, p.Game).add(tally{up: -up, down: -down})
	}
}

func (s *State) closeSession(id protocol.SessionID, totals *sessionTotals, f *fact.Closed) {
	at := f.At
	totals.closed, totals.join.code = &at, ""
	if f.Notes != nil {
		totals.notes = f.Notes
	}
	s.active = removeID(s.active, id)
}

func (s *State) deleteSession(id protocol.SessionID, totals *sessionTotals) {
	for _, t := range totals.tallies {
		tallyOf(s.deletedGames, t.game).add(t.tally)
	}
	s.forgetFolded(totals)
	delete(s.sessions, id)
	s.ids = removeID(s.ids, id)
	s.active = removeID(s.active, id)
}

// tallyOf finds a game's tally or adds one.
func tallyOf(games map[protocol.GameID]*tally, id protocol.GameID) *tally {
	t, ok := games[id]
	if !ok {
		t = &tally{}
		games[id] = t
	}
	return t
}

// insertID and removeID keep a list of ids ascending.
func insertID(ids []protocol.SessionID, id protocol.SessionID) []protocol.SessionID {
	at, found := slices.BinarySearch(ids, id)
	if found {
		return ids
	}
	return slices.Insert(ids, at, id)
}

func removeID(ids []protocol.SessionID, id protocol.SessionID) []protocol.SessionID {
	at, found := slices.BinarySearch(ids, id)
	if !found {
		return ids
	}
	return slices.Delete(ids, at, at+1)
}
