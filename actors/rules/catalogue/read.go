package catalogue

import (
	"iter"

	"partyline/protocol"
)

// Games returns the games that pass the filter, ordered by pack and title, with zero totals.
// The caller owns the slice.
func (s *State) Games(f protocol.GameFilter) []protocol.Game {
	games := make([]protocol.Game, 0, len(s.games))
	for e := range s.matched(f) {
		games = append(games, e.Resource())
	}
	return games
}

// GamePage returns a page of what Games returns. It looks at all games and copies those of the
// page.
func (s *State) GamePage(f protocol.GamePart) protocol.Page[protocol.Game] {
	total := 0
	for range s.matched(f.GameFilter) {
		total++
	}
	return protocol.PageOfSeq(f.PageQuery, total, func(yield func(protocol.Game) bool) {
		for e := range s.matched(f.GameFilter) {
			if !yield(e.Resource()) {
				return
			}
		}
	}, nil)
}

// matched yields the games that pass the filter.
func (s *State) matched(f protocol.GameFilter) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for _, e := range s.games {
			if e.matches(f) && !yield(e) {
				return
			}
		}
	}
}

// Game returns one game with zero totals, or not_found.
func (s *State) Game(id protocol.GameID) (protocol.Game, *protocol.Error) {
	e, err := s.lookup(id)
	if err != nil {
		return protocol.Game{}, err
	}
	return e.Resource(), nil
}

// Packs returns the packs in natural order. A pack exists while it has a game.
func (s *State) Packs() []protocol.Pack {
	packs := []protocol.Pack{}
	for _, e := range s.games {
		if n := len(packs); n == 0 || packs[n-1].Name != e.PackName {
			packs = append(packs, protocol.Pack{Name: e.PackName, FavorBias: s.biases[e.PackName]})
		}
	}
	return packs
}

// PackMeta counts each pack's games and sums up their plays, in the order of Packs.
func (s *State) PackMeta(totals Totals) []protocol.PackMeta {
	packs := []protocol.PackMeta{}
	for _, e := range s.games {
		if n := len(packs); n == 0 || packs[n-1].Name != e.PackName {
			packs = append(packs, protocol.PackMeta{Name: e.PackName})
		}
		p := &packs[len(packs)-1]
		p.TotalCount++
		if e.Enabled {
			p.EnabledCount++
		}
		plays, _, _ := totals(e.ID)
		p.TotalPlays += plays
	}
	return packs
}

// Totals returns how often a game was played and voted for, over all sessions. The standings
// implement it.
type Totals func(protocol.GameID) (plays, up, down int64)

// AddTo writes the totals into games read from the catalogue.
func (t Totals) AddTo(games []protocol.Game) {
	for i := range games {
		g := &games[i]
		g.PlayCount, g.Upvotes, g.Downvotes = t(g.ID)
		g.PopularityScore = g.Upvotes - g.Downvotes
	}
}
