package catalogue

import (
	_ "embed"

	"partyline/protocol"
)

// gamesCSV are the games of a new catalogue: all Jackbox games, in the order of their packs.
// The seeded fact holds the games themselves, so a later edition of this file changes nothing
// in a catalogue that exists.
//
//go:embed games.csv
var gamesCSV string

// Seed fills a catalogue that never had a game, and gives one from before there were tickers the
// tickers of the built-in games. At any other time it makes no fact, so it can be sent at every
// start. Its answer is nil.
type Seed struct{}

// Check implements protocol.Command.
func (Seed) Check() *protocol.Error { return nil }

func (s *State) decideSeed(dst []Fact, at protocol.Timestamp) ([]Fact, *protocol.Error) {
	if s.lastID > 0 && s.tickersGiven {
		return dst, nil
	}
	file, err := ReadCSV(gamesCSV)
	if err != nil {
		return dst, protocol.Errorf(protocol.CodeInternal, "the built-in games: %s", err.Message)
	}
	if s.lastID > 0 {
		return append(dst, &TickersGiven{At: at, Tickers: s.missingTickers(file.Rows)}), nil
	}
	games := make([]Entry, len(file.Rows))
	for i, row := range file.Rows {
		games[i] = newEntry(protocol.GameID(i+1), row, at)
	}
	return append(dst, &Seeded{At: at, Games: games}), nil
}
