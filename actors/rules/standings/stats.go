package standings

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// rankedGames is how many games a list of the best holds.
const rankedGames = 10

// Stats computes the statistics; games is the whole catalogue, in any order, whose own totals
// are not used. Games played and votes include those of deleted sessions and of games removed
// from a session, as the games' totals do. Most played are games that were played at least
// once, top rated games with a vote; both rank only games that are still in the catalogue.
func (s *State) Stats(games []protocol.Game) protocol.Stats {
	stats := protocol.Stats{
		Games:          protocol.Count{Count: int64(len(games))},
		Sessions:       protocol.Count{Count: int64(len(s.ids))},
		ActiveSessions: protocol.Count{Count: int64(len(s.active))},
	}
	packs := map[string]bool{}
	for _, g := range games {
		packs[g.PackName] = true
		if g.Enabled {
			stats.GamesEnabled.Count++
		}
	}
	stats.Packs.Count = int64(len(packs))
	for _, t := range s.games {
		stats.TotalGamesPlayed.Count += t.plays
		stats.TotalVotes.Count += t.up + t.down
	}
	ranked := s.ranked(games)
	stats.MostPlayedGames = topGames(ranked,
		func(g protocol.RankedGame) bool { return g.PlayCount > 0 },
		func(a, b protocol.RankedGame) int {
			return cmp.Or(cmp.Compare(b.PlayCount, a.PlayCount), cmp.Compare(b.PopularityScore, a.PopularityScore))
		})
	stats.TopRatedGames = topGames(ranked,
		func(g protocol.RankedGame) bool { return g.Upvotes+g.Downvotes > 0 },
		func(a, b protocol.RankedGame) int {
			return cmp.Or(cmp.Compare(b.PopularityScore, a.PopularityScore), cmp.Compare(b.Upvotes, a.Upvotes), cmp.Compare(b.PlayCount, a.PlayCount))
		})
	return stats
}

func (s *State) ranked(games []protocol.Game) []protocol.RankedGame {
	ranked := make([]protocol.RankedGame, 0, len(games))
	for _, g := range games {
		plays, up, down := s.Totals(g.ID)
		ranked = append(ranked, protocol.RankedGame{
			ID: g.ID, Title: g.Title, PackName: g.PackName,
			PlayCount: plays, PopularityScore: up - down, Upvotes: up, Downvotes: down,
		})
	}
	return ranked
}

// topGames returns the first games of those that qualify. Equal ones are ordered by title,
// then id.
func topGames(games []protocol.RankedGame, qualifies func(protocol.RankedGame) bool, order func(a, b protocol.RankedGame) int) []protocol.RankedGame {
	list := make([]protocol.RankedGame, 0, len(games))
	for _, g := range games {
		if qualifies(g) {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b protocol.RankedGame) int {
		return cmp.Or(order(a, b), cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return slices.Clip(list[:min(len(list), rankedGames)])
}
