package standings

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// rankedGames is how many games a best-of list holds.
const rankedGames = 10

// Stats computes the statistics; games is the whole catalogue, in any order, whose own
// totals are not looked at. Games played and votes count what deleted sessions and
// removed playings had, as the games' totals do. Most played are games that were played
// at least once, top rated such that have a vote; both rank only games that are still
// in the catalogue.
func (h *State) Stats(games []protocol.Game) protocol.Stats {
	s := protocol.Stats{
		Games:          protocol.Count{Count: int64(len(games))},
		Sessions:       protocol.Count{Count: int64(len(h.ids))},
		ActiveSessions: protocol.Count{Count: int64(len(h.active))},
	}
	packs := map[string]bool{}
	for _, g := range games {
		packs[g.PackName] = true
		if g.Enabled {
			s.GamesEnabled.Count++
		}
	}
	s.Packs.Count = int64(len(packs))
	for _, t := range h.games {
		s.TotalGamesPlayed.Count += t.plays
		s.TotalVotes.Count += t.up + t.down
	}
	ranked := h.ranked(games)
	s.MostPlayedGames = best(ranked,
		func(g protocol.RankedGame) bool { return g.PlayCount > 0 },
		func(a, b protocol.RankedGame) int {
			return cmp.Or(cmp.Compare(b.PlayCount, a.PlayCount), cmp.Compare(b.PopularityScore, a.PopularityScore))
		})
	s.TopRatedGames = best(ranked,
		func(g protocol.RankedGame) bool { return g.Upvotes+g.Downvotes > 0 },
		func(a, b protocol.RankedGame) int {
			return cmp.Or(cmp.Compare(b.PopularityScore, a.PopularityScore), cmp.Compare(b.Upvotes, a.Upvotes), cmp.Compare(b.PlayCount, a.PlayCount))
		})
	return s
}

func (h *State) ranked(games []protocol.Game) []protocol.RankedGame {
	ranked := make([]protocol.RankedGame, 0, len(games))
	for _, g := range games {
		plays, up, down := h.Totals(g.ID)
		ranked = append(ranked, protocol.RankedGame{
			ID: g.ID, Title: g.Title, PackName: g.PackName,
			PlayCount: plays, PopularityScore: up - down, Upvotes: up, Downvotes: down,
		})
	}
	return ranked
}

// best returns the first few of those that take part. Equals stand by title, then id.
func best(games []protocol.RankedGame, takesPart func(protocol.RankedGame) bool, order func(a, b protocol.RankedGame) int) []protocol.RankedGame {
	list := make([]protocol.RankedGame, 0, len(games))
	for _, g := range games {
		if takesPart(g) {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b protocol.RankedGame) int {
		return cmp.Or(order(a, b), cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return slices.Clip(list[:min(len(list), rankedGames)])
}
