package catalogue

import (
	"slices"

	"partyline/protocol"
)

// MaxGames bounds the catalogue, and with it every list of games, the snapshot and a
// CSV import. All Jackbox games together are about seventy.
const MaxGames = 10_000

// State is the catalogue. It belongs to one goroutine at a time; reads change nothing.
type State struct {
	// last is the highest id ever given: ids are never reused, not even of deleted games.
	last protocol.GameID
	// clock is the latest time of any fact, for the snapshot alone: an older version goes
	// on from it.
	clock protocol.Timestamp
	// games stand in the order of lists, see Entry.compare. An entry is replaced, never
	// written to.
	games []*Entry
	// byID holds the same games.
	byID map[protocol.GameID]*Entry
	// biases holds the packs that are not neutral. A bias belongs to the pack and goes
	// with its last game.
	biases map[string]int
	// staged are parts of an import whose end has not come yet. They count for nothing,
	// not even in a snapshot: any other fact than the next part forgets them.
	staged []*ImportStaged
}

// New returns an empty catalogue.
func New() *State {
	return &State{byID: map[protocol.GameID]*Entry{}, biases: map[string]int{}}
}

// Apply takes a fact in. A fact about a game or pack that is not there changes nothing.
// The sequence is not kept: the catalogue has no events.
func (h *State) Apply(f Fact, _ protocol.Seq) {
	staged := h.staged
	h.staged = nil
	switch f := f.(type) {
	case *Seeded:
		h.tick(f.At)
		for _, e := range f.Games {
			h.put(e)
		}
	case *GameCreated:
		h.tick(f.At)
		h.put(f.Game)
	case *GameUpdated:
		h.tick(f.At)
		h.change(f.Game.ID, func(e *Entry) { *e = f.Game })
	case *GameDeleted:
		h.tick(f.At)
		h.remove(f.ID)
	case *GameToggled:
		h.tick(f.At)
		h.change(f.ID, func(e *Entry) { e.Enabled = f.Enabled })
	case *GameFavored:
		h.tick(f.At)
		h.change(f.ID, func(e *Entry) { e.FavorBias = f.Bias })
	case *PackToggled:
		h.tick(f.At)
		h.togglePack(f.Name, f.Enabled)
	case *PackFavored:
		h.tick(f.At)
		h.favor(f.Name, f.Bias)
	case *ImportStaged:
		h.tick(f.At)
		h.stage(staged, f)
	case *GamesImported:
		h.tick(f.At)
		h.bring(staged, f)
	}
}

// Publish returns dst as it is: the catalogue has no events.
func (h *State) Publish(dst []byte, _ Fact, _ protocol.Seq) []byte { return dst }

func (h *State) tick(at protocol.Timestamp) { h.clock = max(h.clock, at) }

// put adds a game, in place of one of the same id.
func (h *State) put(e Entry) {
	old := h.byID[e.ID]
	if old != nil {
		h.unlist(old)
	}
	at, _ := h.find(&e)
	h.games = slices.Insert(h.games, at, &e)
	h.byID[e.ID] = &e
	h.last = max(h.last, e.ID)
	if old != nil {
		h.forgetEmpty(old.PackName)
	}
}

// change replaces the game by an edited copy, which may stand elsewhere in the list.
func (h *State) change(id protocol.GameID, edit func(*Entry)) {
	old, ok := h.byID[id]
	if !ok {
		return
	}
	e := *old
	edit(&e)
	h.put(e)
}

func (h *State) remove(id protocol.GameID) {
	e, ok := h.byID[id]
	if !ok {
		return
	}
	h.unlist(e)
	delete(h.byID, id)
	h.forgetEmpty(e.PackName)
}

func (h *State) unlist(e *Entry) {
	at, _ := h.find(e)
	h.games = slices.Delete(h.games, at, at+1)
}

// togglePack writes into the list itself: whether a game is enabled does not move it.
func (h *State) togglePack(name string, enabled bool) {
	games := h.pack(name)
	for i := range games {
		e := *games[i]
		e.Enabled = enabled
		games[i] = &e
		h.byID[e.ID] = &e
	}
}

func (h *State) favor(pack string, bias int) {
	delete(h.biases, pack)
	if bias != 0 && len(h.pack(pack)) > 0 {
		h.biases[pack] = bias
	}
}

// forgetEmpty drops the bias of a pack that has no games.
func (h *State) forgetEmpty(pack string) {
	if len(h.pack(pack)) == 0 {
		delete(h.biases, pack)
	}
}

// pack is the part of the list that holds the pack's games.
func (h *State) pack(name string) []*Entry {
	from, _ := h.find(&Entry{PackName: name})
	to := from
	for to < len(h.games) && h.games[to].PackName == name {
		to++
	}
	return h.games[from:to]
}

func (h *State) find(e *Entry) (int, bool) {
	return slices.BinarySearchFunc(h.games, e, (*Entry).compare)
}
