package standings

import (
	"slices"

	"partyline/actors/session/fact"
	"partyline/protocol"
)

// State holds the standings. It belongs to one goroutine at a time; reads change
// nothing and return copies.
type State struct {
	// last is the highest id of any session, also of deleted ones.
	last protocol.SessionID
	// evenings are the sessions that were not deleted; ids are theirs, ascending, and
	// active those of them that are not closed.
	evenings    map[protocol.SessionID]*evening
	ids, active []protocol.SessionID
	// games are the totals of games over all sessions, deleted ones too; gone is the
	// part of them that comes from deleted sessions.
	games, gone map[protocol.GameID]*tally
}

// New returns the standings before the first session.
func New() *State {
	return &State{
		evenings: map[protocol.SessionID]*evening{},
		games:    map[protocol.GameID]*tally{},
		gone:     map[protocol.GameID]*tally{},
	}
}

// Apply takes in a fact of a session. Facts of one session come in their order; a fact
// about a session that is not there changes nothing.
func (h *State) Apply(id protocol.SessionID, f fact.Fact) {
	if opened, ok := f.(*fact.Opened); ok {
		h.open(id, &evening{created: opened.At, notes: opened.Notes})
		return
	}
	e, ok := h.evenings[id]
	if !ok {
		return
	}
	switch f := f.(type) {
	case *fact.VoteCast:
		e.game(f.Game).vote(f.Type, 1)
		counted(h.games, f.Game).vote(f.Type, 1)
		h.takeBack(e, f)
	case *fact.ChatImported:
		for _, p := range f.Plays {
			votes := tally{up: p.Up, down: p.Down}
			e.game(p.Game).add(votes)
			counted(h.games, p.Game).add(votes)
		}
	case *fact.VotesVoided:
		h.void(e, f)
	case *fact.JoinSet:
		e.join = joining{generation: f.Generation, code: f.Code}
	case *fact.GameAdded:
		e.playings++
		e.game(f.Game.ID).plays++
		counted(h.games, f.Game.ID).plays++
	case *fact.GameRemoved:
		e.playings = max(0, e.playings-1)
	case *fact.Closed:
		h.close(id, e, f)
	case *fact.Deleted:
		h.delete(id, e)
	}
}

// RemoveSession takes a session out as if none of its facts had been applied: its totals, too.
// Applied again they count once. Of a deleted session nothing is known to be taken out.
func (h *State) RemoveSession(id protocol.SessionID) {
	e, ok := h.evenings[id]
	if !ok {
		return
	}
	for _, t := range e.tallies {
		all := counted(h.games, t.game)
		*all = all.less(t.tally)
	}
	delete(h.evenings, id)
	h.ids = without(h.ids, id)
	h.active = without(h.active, id)
}

// OnlyDeleted is what there is of deleted sessions, whose facts are not kept: standings with
// their totals and without any session.
func (h *State) OnlyDeleted() *State {
	r := New()
	r.last = h.last
	for id, t := range h.gone {
		counted(r.gone, id).add(*t)
		counted(r.games, id).add(*t)
	}
	return r
}

func (h *State) open(id protocol.SessionID, e *evening) {
	if _, ok := h.evenings[id]; ok {
		return
	}
	h.last = max(h.last, id)
	h.evenings[id] = e
	h.ids = with(h.ids, id)
	if e.closed == nil {
		h.active = with(h.active, id)
	}
}

// takeBack takes out the vote that a newer one replaces. It is not there when its
// record was damaged and passed by; then nothing is taken.
func (h *State) takeBack(e *evening, f *fact.VoteCast) {
	t := e.game(f.Game)
	if f.Replaced == protocol.VoteUp && t.up > 0 || f.Replaced == protocol.VoteDown && t.down > 0 {
		t.vote(f.Replaced, -1)
		counted(h.games, f.Game).vote(f.Replaced, -1)
	}
}

// void takes out the votes that the host has taken back, as far as they are there.
func (h *State) void(e *evening, f *fact.VotesVoided) {
	for _, p := range f.Plays {
		t := e.game(p.Game)
		up, down := min(p.Up, t.up), min(p.Down, t.down)
		t.add(tally{up: -up, down: -down})
		counted(h.games, p.Game).add(tally{up: -up, down: -down})
	}
}

func (h *State) close(id protocol.SessionID, e *evening, f *fact.Closed) {
	at := f.At
	e.closed, e.join.code = &at, ""
	if f.Notes != nil {
		e.notes = f.Notes
	}
	h.active = without(h.active, id)
}

func (h *State) delete(id protocol.SessionID, e *evening) {
	for _, t := range e.tallies {
		counted(h.gone, t.game).add(t.tally)
	}
	delete(h.evenings, id)
	h.ids = without(h.ids, id)
	h.active = without(h.active, id)
}

// counted finds a game's tally or begins one.
func counted(games map[protocol.GameID]*tally, id protocol.GameID) *tally {
	t, ok := games[id]
	if !ok {
		t = &tally{}
		games[id] = t
	}
	return t
}

// with and without keep a list of ids ascending.
func with(ids []protocol.SessionID, id protocol.SessionID) []protocol.SessionID {
	at, found := slices.BinarySearch(ids, id)
	if found {
		return ids
	}
	return slices.Insert(ids, at, id)
}

func without(ids []protocol.SessionID, id protocol.SessionID) []protocol.SessionID {
	at, found := slices.BinarySearch(ids, id)
	if !found {
		return ids
	}
	return slices.Delete(ids, at, at+1)
}
