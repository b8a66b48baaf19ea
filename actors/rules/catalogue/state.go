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
	// lastID is the highest id ever given: ids are never reused, not even of deleted games.
	lastID protocol.GameID
	// latestTime is the latest time of any fact, kept only for snapshots, which an older
	// version reads.
	latestTime protocol.Timestamp
	// games are in the order of lists, see Entry.compare. An entry is replaced, never written
	// to.
	games []*Entry
	// byID holds the same games.
	byID map[protocol.GameID]*Entry
	// byTicker finds the games that have a ticker.
	byTicker map[string]*Entry
	// tickersGiven says that the built-in games have got their tickers, once and for all: a host
	// may take them away.
	tickersGiven bool
	// biases holds the packs that are not neutral. A bias belongs to the pack and goes
	// with its last game.
	biases map[string]int
	// stagedParts are parts of an import whose end has not come yet. They have no effect, and
	// are not in snapshots: any other fact than the next part drops them.
	stagedParts []*ImportStaged
}

// New returns an empty catalogue.
func New() *State {
	return &State{byID: map[protocol.GameID]*Entry{}, byTicker: map[string]*Entry{}, biases: map[string]int{}}
}

// Apply applies a fact. A fact about a game or pack that does not exist changes nothing. The
// sequence is not kept: the catalogue has no events.
func (s *State) Apply(f Fact, _ protocol.Seq) {
	staged := s.stagedParts
	s.stagedParts = nil
	switch f := f.(type) {
	case *Seeded:
		s.advanceTime(f.At)
		for _, e := range f.Games {
			s.putGame(e)
			s.tickersGiven = s.tickersGiven || e.Ticker != ""
		}
	case *GameCreated:
		s.advanceTime(f.At)
		s.putGame(f.Game)
	case *GameUpdated:
		s.advanceTime(f.At)
		s.changeGame(f.Game.ID, func(e *Entry) { *e = f.Game })
	case *GameDeleted:
		s.advanceTime(f.At)
		s.removeGame(f.ID)
	case *GameToggled:
		s.advanceTime(f.At)
		s.changeGame(f.ID, func(e *Entry) { e.Enabled = f.Enabled })
	case *GameFavored:
		s.advanceTime(f.At)
		s.changeGame(f.ID, func(e *Entry) { e.FavorBias = f.Bias })
	case *PackToggled:
		s.advanceTime(f.At)
		s.togglePack(f.Name, f.Enabled)
	case *PackFavored:
		s.advanceTime(f.At)
		s.setPackBias(f.Name, f.Bias)
	case *TickersGiven:
		s.advanceTime(f.At)
		s.applyTickers(f)
	case *ImportStaged:
		s.advanceTime(f.At)
		s.stagePart(staged, f)
	case *GamesImported:
		s.advanceTime(f.At)
		s.applyImport(staged, f)
	}
}

// Publish returns dst unchanged: the catalogue has no events.
func (s *State) Publish(dst []byte, _ Fact, _ protocol.Seq) []byte { return dst }

func (s *State) advanceTime(at protocol.Timestamp) { s.latestTime = max(s.latestTime, at) }

// putGame adds a game, in place of one of the same id.
func (s *State) putGame(e Entry) {
	old := s.byID[e.ID]
	if old != nil {
		s.removeFromList(old)
		s.dropTicker(old)
	}
	at, _ := s.search(&e)
	s.games = slices.Insert(s.games, at, &e)
	s.index(&e)
	s.lastID = max(s.lastID, e.ID)
	if old != nil {
		s.dropBiasIfEmpty(old.PackName)
	}
}

// changeGame replaces the game by an edited copy, which may move in the list.
func (s *State) changeGame(id protocol.GameID, edit func(*Entry)) {
	old, ok := s.byID[id]
	if !ok {
		return
	}
	e := *old
	edit(&e)
	s.putGame(e)
}

func (s *State) removeGame(id protocol.GameID) {
	e, ok := s.byID[id]
	if !ok {
		return
	}
	s.removeFromList(e)
	s.dropTicker(e)
	delete(s.byID, id)
	s.dropBiasIfEmpty(e.PackName)
}

func (s *State) removeFromList(e *Entry) {
	at, _ := s.search(e)
	s.games = slices.Delete(s.games, at, at+1)
}

// togglePack writes into the list itself: enabling a game does not move it.
func (s *State) togglePack(name string, enabled bool) {
	games := s.gamesOfPack(name)
	for i := range games {
		e := *games[i]
		e.Enabled = enabled
		games[i] = &e
		s.index(&e)
	}
}

func (s *State) setPackBias(pack string, bias int) {
	delete(s.biases, pack)
	if bias != 0 && len(s.gamesOfPack(pack)) > 0 {
		s.biases[pack] = bias
	}
}

// dropBiasIfEmpty drops the bias of a pack that has no games.
func (s *State) dropBiasIfEmpty(pack string) {
	if len(s.gamesOfPack(pack)) == 0 {
		delete(s.biases, pack)
	}
}

// gamesOfPack is the part of the list that holds the pack's games.
func (s *State) gamesOfPack(name string) []*Entry {
	from, _ := s.search(&Entry{PackName: name})
	to := from
	for to < len(s.games) && s.games[to].PackName == name {
		to++
	}
	return s.games[from:to]
}

func (s *State) search(e *Entry) (int, bool) {
	return slices.BinarySearchFunc(s.games, e, (*Entry).compare)
}
