package standings

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// foldSession replaces what is known of a session by the fact, which holds all of it: the
// records before it may be gone when the standings are counted again. The session's votes stay
// in the totals of games and leave the history.
func (s *State) foldSession(id protocol.SessionID, f *fact.VotesFolded) {
	s.RemoveSession(id)
	closed, at := f.Closed, f.At
	totals := &sessionTotals{created: f.Opened, closed: &closed, notes: f.Notes, folded: &at}
	for i := range f.Plays {
		totals.tallyOf(f.Plays[i].Game.ID).plays++
		if !f.Plays[i].Removed {
			totals.gamesPlayed++
		}
	}
	for _, g := range f.Games {
		totals.tallyOf(g.ID).add(tally{up: g.Up, down: g.Down})
	}
	for _, t := range totals.tallies {
		tallyOf(s.games, t.game).add(t.tally)
	}
	s.addSession(id, totals)
}

// addFolded and forgetFolded keep foldedGames the sum of the sessions' that are folded.
func (s *State) addFolded(totals *sessionTotals) {
	if totals.folded == nil {
		return
	}
	for _, t := range totals.tallies {
		tallyOf(s.foldedGames, t.game).add(t.tally)
	}
}

func (s *State) forgetFolded(totals *sessionTotals) {
	if totals.folded == nil {
		return
	}
	for _, t := range totals.tallies {
		all := tallyOf(s.foldedGames, t.game)
		if *all = all.minus(t.tally); *all == (tally{}) {
			delete(s.foldedGames, t.game)
		}
	}
}
