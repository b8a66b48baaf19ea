package catalogue

import (
	"maps"

	"partyline/protocol"
)

// GameByTicker returns the game that has a ticker, in any case, with zero totals.
func (s *State) GameByTicker(ticker string) (protocol.Game, bool) {
	e, ok := s.byTicker[protocol.NormalizeTicker(ticker)]
	if !ok {
		return protocol.Game{}, false
	}
	return e.Resource(), true
}

// Tickers returns all tickers that games have, in upper case. The caller owns the map.
func (s *State) Tickers() map[string]protocol.GameID {
	all := make(map[string]protocol.GameID, len(s.byTicker))
	for ticker, e := range s.byTicker {
		all[ticker] = e.ID
	}
	return all
}

// checkTicker refuses a ticker that another game has.
func (s *State) checkTicker(e *Entry) *protocol.Error {
	if other := s.byTicker[e.Ticker]; other != nil && other.ID != e.ID {
		return protocol.Errorf(protocol.CodeConflict, "The ticker %s belongs to %s of %s (game %d)", e.Ticker, other.Title, other.PackName, other.ID)
	}
	return nil
}

// checkImportedTickers refuses an import after which two games would have one ticker. Tickers
// may change places within it, and removed games give theirs up. lines are those of the rows.
func (s *State) checkImportedTickers(lines []int, ch *changes) *protocol.Error {
	after := maps.Clone(s.byTicker)
	for _, id := range ch.removed {
		delete(after, s.byID[id].Ticker)
	}
	for i := range ch.updated {
		delete(after, s.byID[ch.updated[i].ID].Ticker)
	}
	for _, part := range [][]Entry{ch.updated, ch.added} {
		for i := range part {
			e := &part[i]
			if e.Ticker == "" {
				continue
			}
			if other := after[e.Ticker]; other != nil {
				return tickerError(lines, ch.rows[e.ID], e.Ticker, other)
			}
			after[e.Ticker] = e
		}
	}
	return nil
}

func tickerError(lines []int, row int, ticker string, other *Entry) *protocol.Error {
	line := row + 2 // below the header
	if row < len(lines) {
		line = lines[row]
	}
	return cellError(line, "ticker", ticker+" belongs to "+other.Title+" of "+other.PackName)
}

// missingTickers are the tickers of the built-in games for the games of the same pack and title
// that have none; never nil.
func (s *State) missingTickers(builtIn []protocol.GameFields) []GivenTicker {
	given := []GivenTicker{}
	named := make(map[gameName]*Entry, len(s.games))
	for _, e := range s.games {
		if n := (gameName{e.PackName, e.Title}); named[n] == nil { // of one name the lowest id
			named[n] = e
		}
	}
	for _, row := range builtIn {
		e := named[gameName{*row.PackName, *row.Title}]
		if e != nil && e.Ticker == "" && s.byTicker[*row.Ticker.Value] == nil {
			given = append(given, GivenTicker{ID: e.ID, Ticker: *row.Ticker.Value})
		}
	}
	return given
}

// applyTickers applies TickersGiven.
func (s *State) applyTickers(f *TickersGiven) {
	s.tickersGiven = true
	for _, g := range f.Tickers {
		s.changeGame(g.ID, func(e *Entry) { e.Ticker = g.Ticker })
	}
}

// index makes an entry the one that its id and its ticker find.
func (s *State) index(e *Entry) {
	s.byID[e.ID] = e
	if e.Ticker != "" {
		s.byTicker[e.Ticker] = e
	}
}

// dropTicker forgets the ticker of an entry, unless another game has got it since: within an
// import games are changed one after the other, and their tickers may change places.
func (s *State) dropTicker(e *Entry) {
	if owner := s.byTicker[e.Ticker]; owner != nil && owner.ID == e.ID {
		delete(s.byTicker, e.Ticker)
	}
}
