package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

// A stored fact is one byte, its kind, and the JSON of its struct. Kinds are for ever:
// one that is no longer written is still read.
const (
	kindSeeded        byte = 1
	kindGameCreated   byte = 2
	kindGameUpdated   byte = 3
	kindGameDeleted   byte = 4
	kindGameToggled   byte = 5
	kindGameFavored   byte = 6
	kindPackToggled   byte = 7
	kindPackFavored   byte = 8
	kindImportStaged  byte = 9
	kindGamesImported byte = 10
)

var errNoFact = errors.New("catalogue: an empty fact")

// AppendFact appends the stored form of a fact to dst.
func AppendFact(dst []byte, f Fact) []byte {
	switch f.(type) {
	case *Seeded:
		return appendJSON(append(dst, kindSeeded), f)
	case *GameCreated:
		return appendJSON(append(dst, kindGameCreated), f)
	case *GameUpdated:
		return appendJSON(append(dst, kindGameUpdated), f)
	case *GameDeleted:
		return appendJSON(append(dst, kindGameDeleted), f)
	case *GameToggled:
		return appendJSON(append(dst, kindGameToggled), f)
	case *GameFavored:
		return appendJSON(append(dst, kindGameFavored), f)
	case *PackToggled:
		return appendJSON(append(dst, kindPackToggled), f)
	case *PackFavored:
		return appendJSON(append(dst, kindPackFavored), f)
	case *ImportStaged:
		return appendJSON(append(dst, kindImportStaged), f)
	case *GamesImported:
		return appendJSON(append(dst, kindGamesImported), f)
	}
	panic(fmt.Sprintf("catalogue: no kind for %T", f))
}

// ReadFact reads what AppendFact wrote. It never panics: anything else is an error, an
// unknown kind one that says the data is of a newer version.
func ReadFact(b []byte) (Fact, error) {
	if len(b) == 0 {
		return nil, errNoFact
	}
	f := blank(b[0])
	if f == nil {
		return nil, fmt.Errorf("catalogue: fact of kind %d: written by a newer version", b[0])
	}
	if err := codec.ReadJSON(b[1:], f); err != nil {
		return nil, fmt.Errorf("catalogue: fact of kind %d: %w", b[0], err)
	}
	if err := checkFact(f); err != nil {
		return nil, fmt.Errorf("catalogue: fact of kind %d: %w", b[0], err)
	}
	return f, nil
}

func blank(kind byte) Fact {
	switch kind {
	case kindSeeded:
		return &Seeded{}
	case kindGameCreated:
		return &GameCreated{}
	case kindGameUpdated:
		return &GameUpdated{}
	case kindGameDeleted:
		return &GameDeleted{}
	case kindGameToggled:
		return &GameToggled{}
	case kindGameFavored:
		return &GameFavored{}
	case kindPackToggled:
		return &PackToggled{}
	case kindPackFavored:
		return &PackFavored{}
	case kindImportStaged:
		return &ImportStaged{}
	case kindGamesImported:
		return &GamesImported{}
	}
	return nil
}

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

// checkEntries wants a bounded list without doubles.
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
			return fmt.Errorf("game %d stands twice", e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}

// check looks only at what the state itself relies on, so that a later, narrower rule
// for commands never makes stored games unreadable.
func (e Entry) check() error {
	if e.ID < 1 || e.PackName == "" || e.Title == "" {
		return fmt.Errorf("game %d lacks an id, a pack or a title", e.ID)
	}
	return nil
}

func appendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		// Facts and snapshots are structs of plain values: there is nothing to fail on.
		panic("catalogue: " + err.Error())
	}
	return append(dst, b...)
}
