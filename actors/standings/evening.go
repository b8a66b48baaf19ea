package standings

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// evening is what the standings know of one session.
type evening struct {
	created protocol.Timestamp
	closed  *protocol.Timestamp // nil while it is active
	notes   *string
	// playings are those that were not removed.
	playings int
	// tallies count per game, ascending by game: an evening has about ten, and a sorted
	// slice of ten takes a third of the memory of a map.
	tallies []gameTally
	join    joining
}

// joining is how phones come in: the code is empty when they do not.
type joining struct {
	generation protocol.JoinGeneration
	code       string
}

type gameTally struct {
	game protocol.GameID
	tally
}

// tally counts what happened to a game.
type tally struct{ plays, up, down int64 }

func (t *tally) vote(v protocol.VoteType, n int64) {
	if v == protocol.VoteUp {
		t.up += n
	} else {
		t.down += n
	}
}

// votes counts the thumbs of a kind, of both when it is empty.
func (t *tally) votes(v protocol.VoteType) int64 {
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

func (t *tally) less(o tally) tally {
	return tally{t.plays - o.plays, t.up - o.up, t.down - o.down}
}

// game finds the game's tally or begins one. The pointer holds until the next call.
func (e *evening) game(id protocol.GameID) *tally {
	at, found := e.find(id)
	if !found {
		e.tallies = slices.Insert(e.tallies, at, gameTally{game: id})
	}
	return &e.tallies[at].tally
}

func (e *evening) find(id protocol.GameID) (int, bool) {
	return slices.BinarySearchFunc(e.tallies, id, func(t gameTally, id protocol.GameID) int { return cmp.Compare(t.game, id) })
}

// tally is the game's, without beginning one.
func (e *evening) tally(id protocol.GameID) tally {
	if at, found := e.find(id); found {
		return e.tallies[at].tally
	}
	return tally{}
}

func (e *evening) sum() (all tally) {
	for _, t := range e.tallies {
		all.add(t.tally)
	}
	return all
}

func (e *evening) resource(id protocol.SessionID) protocol.Session {
	return protocol.Session{
		ID: id, CreatedAt: e.created, ClosedAt: e.closed, IsActive: e.closed == nil,
		Notes: e.notes, GamesPlayed: e.playings,
	}
}
