package catalogue

import "partyline/protocol"

// PickCandidates draws different games to choose between, as many as there are draws or as the
// pool holds: each as Pick draws, from what is left without the ones before and their
// twins in other packs. The games are in the order of the draws and have zero totals.
//
// The errors are those of Pick; fewer than two games are not_found too.
func (h *State) PickCandidates(q protocol.Pick, recent []protocol.GameID, draws []float64) ([]protocol.Game, *protocol.Error) {
	pool, _, err := h.pool(q, recent)
	if err != nil {
		return nil, err
	}
	games := make([]protocol.Game, 0, len(draws))
	for _, draw := range draws {
		if len(pool) == 0 {
			break
		}
		e := h.drawn(pool, draw)
		games = append(games, e.Resource())
		pool = h.without(pool, []protocol.GameID{e.ID})
	}
	if len(games) < protocol.MinCandidates {
		return nil, protocol.Errorf(protocol.CodeNotFound, "Only one game is left to choose from").
			With("suggestion", "Enable more games or adjust your filters")
	}
	return games, nil
}
