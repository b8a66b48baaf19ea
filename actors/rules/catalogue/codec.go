package catalogue

import (
	"fmt"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

var kinds = codec.NewKinds("catalogue", checkFact, map[byte]Fact{
	1:  (*Seeded)(nil),
	2:  (*GameCreated)(nil),
	3:  (*GameUpdated)(nil),
	4:  (*GameDeleted)(nil),
	5:  (*GameToggled)(nil),
	6:  (*GameFavored)(nil),
	7:  (*PackToggled)(nil),
	8:  (*PackFavored)(nil),
	9:  (*ImportStaged)(nil),
	10: (*GamesImported)(nil),
	11: (*TickersGiven)(nil),
})

// AppendFact appends the stored form of a fact to dst.
func AppendFact(dst []byte, f Fact) []byte { return kinds.Append(dst, f) }

// ReadFact reads what AppendFact wrote. It never panics: anything else is an error.
func ReadFact(b []byte) (Fact, error) { return kinds.Read(b) }

// checkFact refuses games that no decision could have made.
func checkFact(f Fact) error {
	switch f := f.(type) {
	case *Seeded:
		return checkEntries(f.Games)
	case *GameCreated:
		return f.Game.check()
	case *GameUpdated:
		return f.Game.check()
	case *ImportStaged:
		return checkImport(f.Added, f.Updated, nil)
	case *GamesImported:
		return checkImport(f.Added, f.Updated, f.Removed)
	}
	return nil
}

func checkImport(added, updated []Entry, removed []protocol.GameID) error {
	if len(removed) > MaxGames {
		return fmt.Errorf("%d games removed are more than %d", len(removed), MaxGames)
	}
	return checkEntries(slices.Concat(added, updated))
}

// checkEntries requires a bounded list without duplicates.
func checkEntries(games []Entry) error {
	if len(games) > MaxGames {
		return fmt.Errorf("%d games are more than %d", len(games), MaxGames)
	}
	seen := make(map[protocol.GameID]bool, len(games))
	for _, e := range games {
		if err := e.check(); err != nil {
			return err
		}
		if seen[e.ID] {
			return fmt.Errorf("game %d is listed twice", e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}

// check looks only at what the state itself relies on, so that a later, narrower rule for
// commands never makes stored games unreadable.
func (e Entry) check() error {
	if e.ID < 1 || e.PackName == "" || e.Title == "" {
		return fmt.Errorf("game %d has no id, pack or title", e.ID)
	}
	return nil
}
