package catalogue

import (
	"fmt"

	"partyline/protocol"
)

// partGames is how many games one fact of an import brings at most. With the longest
// texts, of which every character takes six bytes in JSON, that is half of what the
// journal takes in one append; the ids of all removed games fit beside them.
const partGames = 50

// changes are what an import comes to. added and updated are whole games, in the order
// of the file; removed are ids, in the order of lists.
type changes struct {
	added, updated []Entry
	removed        []protocol.GameID
}

// decideImport makes an import one fact or, when it is large, parts and a fact that
// ends them. Whoever is killed in between has imported nothing. An import that would
// change nothing is no fact.
func (h *State) decideImport(dst []Fact, c protocol.ImportGames, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if c.Rows == nil {
		return dst, protocol.Errorf(protocol.CodeInternal, "the rows of the import were not read")
	}
	ch := h.compareRows(c, at)
	if len(h.games)+len(ch.added)-len(ch.removed) > MaxGames {
		return dst, tooManyGames()
	}
	if len(ch.added)+len(ch.updated)+len(ch.removed) == 0 {
		return dst, nil
	}
	part := 1
	for ; len(ch.added)+len(ch.updated) > partGames; part++ {
		added, updated := ch.take(partGames)
		dst = append(dst, &ImportStaged{At: at, Part: part, Added: added, Updated: updated})
	}
	return append(dst, &GamesImported{At: at, Part: part, Added: ch.added, Updated: ch.updated, Removed: ch.removed}), nil
}

// take cuts the first n games off, added ones first.
func (ch *changes) take(n int) (added, updated []Entry) {
	a := min(n, len(ch.added))
	u := min(n-a, len(ch.updated))
	added, ch.added = ch.added[:a:a], ch.added[a:]
	updated, ch.updated = ch.updated[:u:u], ch.updated[u:]
	return added, updated
}

// gameName is what a row and a game have in common when they are the same game.
type gameName struct{ pack, title string }

// compareRows finds the game of each row. Of several games with one name the first row
// is the one with the lowest id, and so on, so that an export imports as what it was. A
// game keeps its id and with it its totals, and what the row does not say.
func (h *State) compareRows(c protocol.ImportGames, at protocol.Timestamp) (ch changes) {
	known := make(map[gameName][]*Entry, len(h.games))
	for _, e := range h.games { // games of one name stand in the order of their ids
		n := gameName{e.PackName, e.Title}
		known[n] = append(known[n], e)
	}
	named := make(map[protocol.GameID]bool, len(c.Rows))
	next := h.last + 1
	for _, row := range c.Rows {
		n := gameName{*row.PackName, *row.Title}
		if len(known[n]) == 0 {
			ch.added = append(ch.added, newEntry(next, row, at))
			next++
			continue
		}
		old := known[n][0]
		known[n] = known[n][1:]
		named[old.ID] = true
		if e := old.with(row); !e.equal(*old) {
			ch.updated = append(ch.updated, e)
		}
	}
	if c.Mode == protocol.ImportReplace {
		for _, e := range h.games {
			if !named[e.ID] {
				ch.removed = append(ch.removed, e.ID)
			}
		}
	}
	return ch
}

// stage keeps a part for the end of its import. A first part begins anew: before it may
// stand parts of an import that was cut off.
func (h *State) stage(before []*ImportStaged, f *ImportStaged) {
	if f.Part == 1 {
		before = nil
	}
	if f.Part == len(before)+1 {
		h.staged = append(before, f)
	}
}

// bring takes an import in. Games are removed last, so that a pack that goes on keeps
// its bias.
func (h *State) bring(staged []*ImportStaged, f *GamesImported) {
	if f.Part != len(staged)+1 {
		return
	}
	for _, part := range append(staged, &ImportStaged{Added: f.Added, Updated: f.Updated}) {
		for _, e := range part.Added {
			h.put(e)
		}
		for _, e := range part.Updated {
			h.change(e.ID, func(old *Entry) { *old = e })
		}
	}
	for _, id := range f.Removed {
		h.remove(id)
	}
}

func gamesImported(c protocol.ImportGames, facts []Fact) protocol.GamesImported {
	answer := protocol.GamesImported{
		Message: fmt.Sprintf("Successfully imported %d games", len(c.Rows)), Count: len(c.Rows), Mode: protocol.ImportAppend,
		IgnoredColumns: append([]string{}, c.IgnoredColumns...),
	}
	if c.Mode != "" {
		answer.Mode = c.Mode
	}
	for _, f := range facts {
		switch f := f.(type) {
		case *ImportStaged:
			answer.Added += len(f.Added)
			answer.Updated += len(f.Updated)
		case *GamesImported:
			answer.Added += len(f.Added)
			answer.Updated += len(f.Updated)
			answer.Removed += len(f.Removed)
		}
	}
	return answer
}
