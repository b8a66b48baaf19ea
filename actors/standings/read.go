package standings

import (
	"slices"

	"partyline/protocol"
)

// Sessions returns all sessions, the newest first.
func (h *State) Sessions() []protocol.Session {
	all := make([]protocol.Session, 0, len(h.ids))
	for _, id := range slices.Backward(h.ids) {
		all = append(all, h.evenings[id].resource(id))
	}
	return all
}

// Session returns one session, or not_found.
func (h *State) Session(id protocol.SessionID) (protocol.Session, *protocol.Error) {
	e, ok := h.evenings[id]
	if !ok {
		return protocol.Session{}, protocol.NotFound("Session")
	}
	return e.resource(id), nil
}

// Active returns the ids of the sessions that are not closed, the newest first.
func (h *State) Active() []protocol.SessionID {
	ids := append(make([]protocol.SessionID, 0, len(h.active)), h.active...)
	slices.Reverse(ids)
	return ids
}

// JoinCode is a session that phones can join now, and how.
type JoinCode struct {
	Session    protocol.SessionID
	Generation protocol.JoinGeneration
	Code       string
}

// JoinCodes returns those of all sessions, by session.
func (h *State) JoinCodes() []JoinCode {
	open := []JoinCode{}
	for _, id := range h.active {
		if j := h.evenings[id].join; j.code != "" {
			open = append(open, JoinCode{id, j.generation, j.code})
		}
	}
	return open
}

// LastID is the highest id a session ever had, also a deleted one; 0 before the first.
func (h *State) LastID() protocol.SessionID { return h.last }

// Totals tells how often a game was played and voted for, over all sessions there ever
// were. It fits catalogue.Totals.
func (h *State) Totals(id protocol.GameID) (plays, up, down int64) {
	if t, ok := h.games[id]; ok {
		return t.plays, t.up, t.down
	}
	return 0, 0, 0
}

// VoteCount counts the votes of the sessions that are there (not of deleted ones) that
// pass the filter, without reading any. Names are not counted here: with a username the
// number is that of all names, the most it can be, and exact is false.
func (h *State) VoteCount(f protocol.VoteFilter) (n int64, exact bool) {
	t := h.filtered(f.SessionID, f.GameID)
	return t.votes(f.VoteType), f.Username == ""
}

// VotesPerSession counts, as VoteCount does, the votes of each session that pass the filter, and all
// votes that the session has.
func (h *State) VotesPerSession(f protocol.VoteFilter) map[protocol.SessionID]VoteCounts {
	ids := h.ids
	if _, there := h.evenings[f.SessionID]; f.SessionID != 0 {
		ids = nil
		if there {
			ids = []protocol.SessionID{f.SessionID}
		}
	}
	counts := make(map[protocol.SessionID]VoteCounts, len(ids))
	for _, id := range ids {
		all := h.evenings[id].sum()
		fit := all
		if f.GameID != 0 {
			fit = h.evenings[id].tally(f.GameID)
		}
		counts[id] = VoteCounts{Matching: fit.votes(f.VoteType), All: all.votes("")}
	}
	return counts
}

// VoteCounts is how many votes a session has.
type VoteCounts struct{ Matching, All int64 }

// filtered sums up a session, a game, both or (both 0) everything, without deleted sessions.
func (h *State) filtered(id protocol.SessionID, game protocol.GameID) (t tally) {
	if id != 0 {
		e, ok := h.evenings[id]
		switch {
		case !ok:
			return tally{}
		case game != 0:
			return e.tally(game)
		}
		return e.sum()
	}
	if game != 0 {
		return h.listed(game)
	}
	for g := range h.games {
		t.add(h.listed(g))
	}
	return t
}

// listed is what the sessions that are there say of a game.
func (h *State) listed(game protocol.GameID) tally {
	t, ok := h.games[game]
	if !ok {
		return tally{}
	}
	if gone, ok := h.gone[game]; ok {
		return t.less(*gone)
	}
	return *t
}
