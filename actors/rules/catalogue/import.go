package catalogue

import (
	"fmt"

	"partyline/protocol"
)

// maxGamesPerFact is how many games one fact of an import holds at most. With the longest
// texts, of which every character takes six bytes in JSON, that is half of what the journal
// takes in one append; the ids of all removed games fit beside them.
const maxGamesPerFact = 50

// changes are the changes of an import. added and updated are whole games, in the order of the
// file; removed are ids, in the order of lists.
type changes struct {
	added, updated []Entry
	removed        []protocol.GameID
	// rows are the indexes of the rows of added and updated games.
	rows map[protocol.GameID]int
}

// decideImport turns an import into one fact or, when it is large, into staged parts and a
// fact that applies them. When the process is killed in between, nothing is imported. An
// import that would change nothing returns no fact.
func (s *State) decideImport(dst []Fact, c protocol.ImportGames, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if c.Rows == nil {
		return dst, protocol.Errorf(protocol.CodeInternal, "the rows of the import were not read")
	}
	ch := s.diff(c, at)
	if len(s.games)+len(ch.added)-len(ch.removed) > MaxGames {
		return dst, tooManyGames()
	}
	if err := s.checkImportedTickers(c.Lines, &ch); err != nil {
		return dst, err
	}
	if len(ch.added)+len(ch.updated)+len(ch.removed) == 0 {
		return dst, nil
	}
	part := 1
	for ; len(ch.added)+len(ch.updated) > maxGamesPerFact; part++ {
		added, updated := ch.takePart(maxGamesPerFact)
		dst = append(dst, &ImportStaged{At: at, Part: part, Added: added, Updated: updated})
	}
	return append(dst, &GamesImported{At: at, Part: part, Added: ch.added, Updated: ch.updated, Removed: ch.removed}), nil
}

// takePart removes the first n games, added ones first.
func (ch *changes) takePart(n int) (added, updated []Entry) {
	a := min(n, len(ch.added))
	u := min(n-a, len(ch.updated))
	added, ch.added = ch.added[:a:a], ch.added[a:]
	updated, ch.updated = ch.updated[:u:u], ch.updated[u:]
	return added, updated
}

// gameName is what makes a row and a game the same game.
type gameName struct{ pack, title string }

// diff finds the game of each row. Of several games with one name the first row is the one
// with the lowest id, and so on, so that an export imports as what it was. A game keeps its id
// and with it its totals, and fields that the row leaves unset.
func (s *State) diff(c protocol.ImportGames, at protocol.Timestamp) (ch changes) {
	known := make(map[gameName][]*Entry, len(s.games))
	for _, e := range s.games { // games of one name are in the order of their ids
		n := gameName{e.PackName, e.Title}
		known[n] = append(known[n], e)
	}
	named := make(map[protocol.GameID]bool, len(c.Rows))
	next := s.lastID + 1
	ch.rows = make(map[protocol.GameID]int, len(c.Rows))
	for i, row := range c.Rows {
		n := gameName{*row.PackName, *row.Title}
		if len(known[n]) == 0 {
			ch.added = append(ch.added, newEntry(next, row, at))
			ch.rows[next] = i
			next++
			continue
		}
		old := known[n][0]
		known[n] = known[n][1:]
		named[old.ID] = true
		if e := old.with(row); !e.equal(*old) {
			ch.updated = append(ch.updated, e)
			ch.rows[e.ID] = i
		}
	}
	if c.Mode == protocol.ImportReplace {
		for _, e := range s.games {
			if !named[e.ID] {
				ch.removed = append(ch.removed, e.ID)
			}
		}
	}
	return ch
}

// stagePart keeps a part until its import is applied. A first part begins anew: the parts
// before it may be of an import that was cut off.
func (s *State) stagePart(earlier []*ImportStaged, f *ImportStaged) {
	if f.Part == 1 {
		earlier = nil
	}
	if f.Part == len(earlier)+1 {
		s.stagedParts = append(earlier, f)
	}
}

// applyImport applies a whole import. Games are removed last, so that a pack that keeps some
// games keeps its bias.
func (s *State) applyImport(staged []*ImportStaged, f *GamesImported) {
	if f.Part != len(staged)+1 {
		return
	}
	for _, part := range append(staged, &ImportStaged{Added: f.Added, Updated: f.Updated}) {
		for _, e := range part.Added {
			s.putGame(e)
		}
		for _, e := range part.Updated {
			s.changeGame(e.ID, func(old *Entry) { *old = e })
		}
	}
	for _, id := range f.Removed {
		s.removeGame(id)
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
