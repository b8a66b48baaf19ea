package catalogue

import "partyline/protocol"

// Without ExcludePlayed, the games of a session's last so many playings are left out.
const recentPlays = 2

// The weights of a bias, in tenths so that sums are exact. A game's weight is the
// product of its own and its pack's.
const (
	gameFavored, gameNeutral, gameDisfavored = 30, 10, 2
	packFavored, packNeutral, packDisfavored = 20, 10, 3
)

// Pick draws one of the enabled games that pass the filters. recent are the games that
// the session played, in the order of play, nil without a session: the last two are
// left out or, with ExcludePlayed, all of them. A game that stands in several packs
// under one title is one game in this. draw is uniform in [0, 1) and chooses among the
// weights. The game has zero totals.
//
// When nothing is left the error is not_found with the detail suggestion and, when it
// is the session that left nothing, recentlyPlayed: the ids of the games left out.
func (h *State) Pick(q protocol.Pick, recent []protocol.GameID, draw float64) (protocol.Picked, *protocol.Error) {
	pool, enabled, err := h.pool(q, recent)
	if err != nil {
		return protocol.Picked{}, err
	}
	return protocol.Picked{Game: h.drawn(pool, draw).Resource(), PoolSize: len(pool), TotalEnabled: enabled}, nil
}

// pool returns what can be drawn, at least one game, and how many are enabled at all.
func (h *State) pool(q protocol.Pick, recent []protocol.GameID) (games []*Entry, enabled int, err *protocol.Error) {
	matching, enabled := h.matching(q.Filter())
	if len(matching) == 0 {
		return nil, 0, nothingMatches()
	}
	if !q.ExcludePlayed {
		recent = recent[max(0, len(recent)-recentPlays):]
	}
	pool := h.without(matching, recent)
	if len(pool) == 0 {
		return nil, 0, nothingLeft(q, recent)
	}
	return pool, enabled, nil
}

// matching returns the games that pass, and how many are enabled at all.
func (h *State) matching(f protocol.GameFilter) (games []*Entry, enabled int) {
	for _, e := range h.games {
		if e.Enabled {
			enabled++
		}
		if e.matches(f) {
			games = append(games, e)
		}
	}
	return games, enabled
}

// without leaves out the played games and their twins in other packs. Of a game that
// was deleted since, the title is not known any more, so its twins stay.
func (h *State) without(games []*Entry, played []protocol.GameID) []*Entry {
	titles := make(map[string]bool, len(played))
	for _, id := range played {
		if e, ok := h.byID[id]; ok {
			titles[fold(e.Title)] = true
		}
	}
	left := games[:0]
	for _, e := range games {
		if !titles[fold(e.Title)] {
			left = append(left, e)
		}
	}
	return left
}

// drawn walks the weights up to the drawn share of their sum. The last game stands for
// a draw out of range.
func (h *State) drawn(pool []*Entry, draw float64) *Entry {
	sum := 0
	for _, e := range pool {
		sum += h.weight(e)
	}
	at := draw * float64(sum)
	for _, e := range pool {
		at -= float64(h.weight(e))
		if at < 0 {
			return e
		}
	}
	return pool[len(pool)-1]
}

func (h *State) weight(e *Entry) int {
	return biased(e.FavorBias, gameFavored, gameNeutral, gameDisfavored) *
		biased(h.biases[e.PackName], packFavored, packNeutral, packDisfavored)
}

func biased(bias, favored, neutral, disfavored int) int {
	switch {
	case bias > 0:
		return favored
	case bias < 0:
		return disfavored
	}
	return neutral
}

func nothingMatches() *protocol.Error {
	return protocol.Errorf(protocol.CodeNotFound, "No games match the current filters").
		With("suggestion", "Try adjusting your filters or enabling more games")
}

func nothingLeft(q protocol.Pick, played []protocol.GameID) *protocol.Error {
	sentence := "All eligible games have been played recently"
	if q.ExcludePlayed {
		sentence = "All eligible games have been played in this session"
	}
	return protocol.Errorf(protocol.CodeNotFound, "%s", sentence).
		With("suggestion", "Enable more games or adjust your filters").
		With("recentlyPlayed", append([]protocol.GameID{}, played...))
}
