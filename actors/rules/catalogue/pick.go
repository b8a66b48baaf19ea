package catalogue

import "partyline/protocol"

// recentPlays is how many of the session's last played games are left out when ExcludePlayed
// is not set.
const recentPlays = 2

// The weights of a bias, in tenths so that sums are exact. A game's weight is the
// product of its own and its pack's.
const (
	gameFavored, gameNeutral, gameDisfavored = 30, 10, 2
	packFavored, packNeutral, packDisfavored = 20, 10, 3
)

// Pick draws one of the enabled games that pass the filters. recent are the games that the
// session played, in the order of play, nil without a session: the last two are left out or,
// with ExcludePlayed, all of them. Games of one title in several packs count as one game in
// this. draw is uniform in [0, 1) and chooses among the weights. The game has zero totals.
//
// When nothing is left the error is not_found with the detail suggestion and, when played
// games were the reason, recentlyPlayed: the ids of the games left out.
func (s *State) Pick(q protocol.Pick, recent []protocol.GameID, draw float64) (protocol.Picked, *protocol.Error) {
	pool, enabled, err := s.pool(q, recent)
	if err != nil {
		return protocol.Picked{}, err
	}
	return protocol.Picked{Game: s.drawWeighted(pool, draw).Resource(), PoolSize: len(pool), TotalEnabled: enabled}, nil
}

// pool returns the games to draw from, at least one, and how many are enabled at all.
func (s *State) pool(q protocol.Pick, recent []protocol.GameID) (games []*Entry, enabled int, err *protocol.Error) {
	matching, enabled := s.matching(q.Filter())
	if len(matching) == 0 {
		return nil, 0, noGamesMatch()
	}
	if !q.ExcludePlayed {
		recent = recent[max(0, len(recent)-recentPlays):]
	}
	pool := s.withoutTitlesOf(matching, recent)
	if len(pool) == 0 {
		return nil, 0, noGamesLeft(q, recent)
	}
	return pool, enabled, nil
}

// matching returns the games that pass, and how many are enabled at all.
func (s *State) matching(f protocol.GameFilter) (games []*Entry, enabled int) {
	for _, e := range s.games {
		if e.Enabled {
			enabled++
		}
		if e.matches(f) {
			games = append(games, e)
		}
	}
	return games, enabled
}

// withoutTitlesOf leaves out the played games and games of the same title in other packs. The
// title of a game that was deleted since is unknown, so games of the same title stay.
func (s *State) withoutTitlesOf(games []*Entry, played []protocol.GameID) []*Entry {
	titles := make(map[string]bool, len(played))
	for _, id := range played {
		if e, ok := s.byID[id]; ok {
			titles[foldCase(e.Title)] = true
		}
	}
	left := games[:0]
	for _, e := range games {
		if !titles[foldCase(e.Title)] {
			left = append(left, e)
		}
	}
	return left
}

// drawWeighted goes through the weights up to the drawn share of their sum. The last game is
// drawn for a number out of range.
func (s *State) drawWeighted(pool []*Entry, draw float64) *Entry {
	sum := 0
	for _, e := range pool {
		sum += s.weight(e)
	}
	at := draw * float64(sum)
	for _, e := range pool {
		at -= float64(s.weight(e))
		if at < 0 {
			return e
		}
	}
	return pool[len(pool)-1]
}

func (s *State) weight(e *Entry) int {
	return weightOf(e.FavorBias, gameFavored, gameNeutral, gameDisfavored) *
		weightOf(s.biases[e.PackName], packFavored, packNeutral, packDisfavored)
}

func weightOf(bias, favored, neutral, disfavored int) int {
	switch {
	case bias > 0:
		return favored
	case bias < 0:
		return disfavored
	}
	return neutral
}

func noGamesMatch() *protocol.Error {
	return protocol.Errorf(protocol.CodeNotFound, "No games match the current filters").
		With("suggestion", "Try adjusting your filters or enabling more games")
}

func noGamesLeft(q protocol.Pick, played []protocol.GameID) *protocol.Error {
	sentence := "All eligible games have been played recently"
	if q.ExcludePlayed {
		sentence = "All eligible games have been played in this session"
	}
	return protocol.Errorf(protocol.CodeNotFound, "%s", sentence).
		With("suggestion", "Enable more games or adjust your filters").
		With("recentlyPlayed", append([]protocol.GameID{}, played...))
}

// PickCandidates draws different games to choose between, as many as there are draws or as the
// pool holds: each as Pick draws, from the games left without those drawn before and games of
// the same titles. The games are in the order of the draws and have zero totals.
//
// The errors are those of Pick; fewer than two games are not_found too.
func (s *State) PickCandidates(q protocol.Pick, recent []protocol.GameID, draws []float64) ([]protocol.Game, *protocol.Error) {
	pool, _, err := s.pool(q, recent)
	if err != nil {
		return nil, err
	}
	games := make([]protocol.Game, 0, len(draws))
	for _, draw := range draws {
		if len(pool) == 0 {
			break
		}
		e := s.drawWeighted(pool, draw)
		games = append(games, e.Resource())
		pool = s.withoutTitlesOf(pool, []protocol.GameID{e.ID})
	}
	if len(games) < protocol.MinCandidates {
		return nil, protocol.Errorf(protocol.CodeNotFound, "Only one game is left to choose from").
			With("suggestion", "Enable more games or adjust your filters")
	}
	return games, nil
}
