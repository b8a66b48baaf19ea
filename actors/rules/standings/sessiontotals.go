package standings

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// sessionTotals is what the standings know of one session.
type sessionTotals struct {
	created protocol.Timestamp
	closed  *protocol.Timestamp // nil while it is active
	notes   *string
	// folded is when its single votes were folded, nil while it has them: then its votes count
	// in its games' totals only and are not in the history.
	folded *protocol.Timestamp
	// playings are those that were not removed.
	gamesPlayed int // without removed ones
	// tallies count per game, ascending by game: a session has about ten, and a sorted slice
	// of ten takes a third of the memory of a map.
	tallies []gameTally
	join    joinState
}

// joinState is how phones join: the code is empty when they cannot.
type joinState struct {
	generation protocol.JoinGeneration
	code       string
}

type gameTally struct {
	game protocol.GameID
	tally
}

// tally counts the plays and votes of a game.
type tally struct{ plays, up, down int64 }

func (t *tally) addVotes(v protocol.VoteType, n int64) {
	if v == protocol.VoteUp {
		t.up += n
	} else {
		t.down += n
	}
}

// count is the number of votes of a type, of both when it is empty.
func (t *tally) count(v protocol.VoteType) int64 {
	switch v {
	case protocol.VoteUp:
		return t.up
	case protocol.VoteDown:
		return t.down
	}
	return t.up + t.down
}

func (t *tally) add(o tally) {
	t.plays += o.plays
	t.up += o.up
	t.down += o.down
}

func (t *tally) minus(o tally) tally {
	return tally{t.plays - o.plays, t.up - o.up, t.down - o.down}
}

// tallyOf finds the game's tally or adds one. The pointer is valid until the next call.
func (totals *sessionTotals) tallyOf(id protocol.GameID) *tally {
	at, found := totals.find(id)
	if !found {
		totals.tallies = slices.Insert(totals.tallies, at, gameTally{game: id})
	}
	return &totals.tallies[at].tally
}

func (totals *sessionTotals) find(id protocol.GameID) (int, bool) {
	return slices.BinarySearchFunc(totals.tallies, id, func(t gameTally, id protocol.GameID) int { return cmp.Compare(t.game, id) })
}

// listed is the game's tally as the history has it: without votes once they are folded.
func (totals *sessionTotals) listed(id protocol.GameID) tally {
	if totals.folded != nil {
		return tally{}
	}
	return totals.tally(id)
}

// tally is the game's, without adding one.
func (totals *sessionTotals) tally(id protocol.GameID) tally {
	if at, found := totals.find(id); found {
		return totals.tallies[at].tally
	}
	return tally{}
}

// sum adds up the tallies that the history lists.
func (totals *sessionTotals) sum() (all tally) {
	if totals.folded != nil {
		return tally{}
	}
	for _, t := range totals.tallies {
		all.add(t.tally)
	}
	return all
}

func (totals *sessionTotals) resource(id protocol.SessionID) protocol.Session {
	return protocol.Session{
		ID: id, CreatedAt: totals.created, ClosedAt: totals.closed, IsActive: totals.closed == nil,
		Notes: totals.notes, GamesPlayed: totals.gamesPlayed, VotesFoldedAt: totals.folded,
	}
}
