package catalogue

import "partyline/protocol"

// Fact is something that happened to the game list.
type Fact interface{ isFact() }

// Seeded is the first fact of a new catalogue: the games it begins with.
type Seeded struct {
	At    protocol.Timestamp `json:"at"`
	Games []Entry            `json:"games"`
}

// GameCreated adds a game.
type GameCreated struct {
	At   protocol.Timestamp `json:"at"`
	Game Entry              `json:"game"`
}

// GameUpdated replaces a game by the whole of what it is now.
type GameUpdated struct {
	At   protocol.Timestamp `json:"at"`
	Game Entry              `json:"game"`
}

// GameDeleted takes a game out. Its id is never used again.
type GameDeleted struct {
	At protocol.Timestamp `json:"at"`
	ID protocol.GameID    `json:"id"`
}

// GameToggled enables or disables a game.
type GameToggled struct {
	At      protocol.Timestamp `json:"at"`
	ID      protocol.GameID    `json:"id"`
	Enabled bool               `json:"enabled"`
}

// GameFavored sets a game's bias: 1, 0 or -1.
type GameFavored struct {
	At   protocol.Timestamp `json:"at"`
	ID   protocol.GameID    `json:"id"`
	Bias int                `json:"bias"`
}

// PackToggled enables or disables all games that the pack has at this moment.
type PackToggled struct {
	At      protocol.Timestamp `json:"at"`
	Name    string             `json:"name"`
	Enabled bool               `json:"enabled"`
}

// PackFavored sets a pack's bias: 1, 0 or -1.
type PackFavored struct {
	At   protocol.Timestamp `json:"at"`
	Name string             `json:"name"`
	Bias int                `json:"bias"`
}

// ImportStaged brings games of an import that is too large for one fact. By itself it
// changes nothing: the import is what GamesImported says, right after all its parts.
type ImportStaged struct {
	At protocol.Timestamp `json:"at"`
	// Part numbers the facts of one import, from 1.
	Part    int     `json:"part"`
	Added   []Entry `json:"added,omitempty"`
	Updated []Entry `json:"updated,omitempty"`
}

// GamesImported ends an import: what it brings and what was staged for it takes effect
// at once, added games, the whole of updated ones, and then the removals.
type GamesImported struct {
	At      protocol.Timestamp `json:"at"`
	Part    int                `json:"part"`
	Added   []Entry            `json:"added,omitempty"`
	Updated []Entry            `json:"updated,omitempty"`
	Removed []protocol.GameID  `json:"removed,omitempty"`
}

// TickersGiven gives the built-in games of a catalogue from before there were tickers theirs. It
// is made once, at the first start with tickers.
type TickersGiven struct {
	At      protocol.Timestamp `json:"at"`
	Tickers []GivenTicker      `json:"tickers"`
}

// GivenTicker is the ticker that a game gets.
type GivenTicker struct {
	ID     protocol.GameID `json:"id"`
	Ticker string          `json:"ticker"`
}

func (*Seeded) isFact()        {}
func (*GameCreated) isFact()   {}
func (*GameUpdated) isFact()   {}
func (*GameDeleted) isFact()   {}
func (*GameToggled) isFact()   {}
func (*GameFavored) isFact()   {}
func (*PackToggled) isFact()   {}
func (*PackFavored) isFact()   {}
func (*ImportStaged) isFact()  {}
func (*GamesImported) isFact() {}
func (*TickersGiven) isFact()  {}
