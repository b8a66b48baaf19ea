package actors

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/session/fact"
	"partyline/actors/sessions"
	"partyline/actors/standings"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// maxScans is how many readers of the vote history go through the journal at one
	// time, and as many of the webhooks' logs. Each takes a core while it reads, and
	// votes come first.
	maxScans = 2
	// scanTimeout bounds one of them, whatever the disk is like.
	scanTimeout = 5 * time.Second
	// maxSkip is how many votes of one session can be skipped: they are read to be skipped.
	// Sessions are skipped without reading.
	maxSkip = 1_000_000
	// maxSearch is in how many votes a name is looked for, at most: names are in no index,
	// so all of them are read, a million in less than a second.
	maxSearch = 4_000_000
)

// depth is how far one reading of the history goes: maxSkip and maxSearch.
type scanLimits struct{ skip, search int64 }

// Votes is a page of the vote history: the newest session first, the newest vote
// first within it. It reads the logs of sessions backwards that have votes which fit, and
// stops when the page is full or has all there is; only a search by name has to count to
// the end.
func (h *Hub) Votes(ctx context.Context, f protocol.VoteFilter) (protocol.VotePage, error) {
	none := protocol.VotePage{Votes: []protocol.VoteRecord{}, LeftOut: []protocol.SessionID{}}
	if err := f.Check(); err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	leave, err := h.votes.Acquire(ctx)
	if err != nil {
		return none, err
	}
	defer leave()
	s := &voteScan{hub: h, filter: f, skip: int64(f.Page-1) * int64(f.Limit), page: none}
	if err := s.prepare(ctx); err != nil {
		return none, err
	}
	if err := s.run(ctx); err != nil {
		return none, scanError(err)
	}
	limit := int64(f.Limit)
	s.page.Pagination = protocol.Pagination{Page: f.Page, Limit: f.Limit, Total: s.total, TotalPages: (s.total + limit - 1) / limit}
	return s.page, nil
}

// tooLong tells of a reading that was given up.
func scanError(err error) *protocol.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return protocol.Errorf(protocol.CodeTimeout, "To find these votes took more than %d seconds, and was given up; narrow it by session_id or game_id, or ask again when there is less to do", scanTimeout/time.Second)
	}
	return ledger.ReadError(ledger.ToClient(err))
}

// scan reads votes backwards until its page is full or, when it looks for a name, to the end.
type voteScan struct {
	hub    *Hub
	filter protocol.VoteFilter
	skip   int64
	// counts are the votes of the sessions that the standings know, by which the others
	// are known not to be worth reading.
	counts map[protocol.SessionID]standings.VoteCounts
	// damaged are the sessions that are known to be so. They are left out, and not counted.
	damaged map[protocol.SessionID]struct{}
	// exact: total is known, and so is how many votes each session has that fit. Else
	// total is counted.
	exact bool
	total int64

	page      protocol.VotePage
	matched   int64 // votes that fit, skipped ones too
	remaining int64 // how many more the session has that fit, when that is known
	full      bool
	// taken are guests whose next older vote for a playing was taken back by a newer one.
	superseded map[voteKey]struct{}
	// voided are guests whose votes the host has taken back.
	voided map[protocol.DeviceID]struct{}
}

// prepare asks what there is, and refuses a search that would read too much.
func (s *voteScan) prepare(ctx context.Context) error {
	_, err := ask(ctx, s.hub, s.hub.standings, func(h *standings.State) (struct{}, *protocol.Error) {
		s.total, s.exact = h.VoteCount(s.filter)
		s.counts = h.VotesPerSession(s.filter)
		s.damaged = maps.Clone(s.hub.projection.corrupt.sessions) // the actor that runs this has them
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	if _, damaged := s.damaged[s.filter.SessionID]; damaged {
		return ledger.ErrCorrupt()
	}
	if s.exact {
		for id := range s.damaged {
			s.total -= s.counts[id].Matching
		}
		s.full = s.skip >= s.total // nothing there: do not read to find out
		return nil
	}
	s.total = 0
	read := int64(0)
	for _, id := range s.ids() {
		if n := s.counts[id]; n.Matching > 0 {
			read += n.All // of damaged ones, too: they are few
		}
	}
	if most := s.hub.scanLimits.search; read > most {
		return protocol.Invalid("username is looked for in at most %d votes, and these would be %d; narrow the search by session_id or game_id", most, read)
	}
	return nil
}

// ids are the sessions that are asked for, the newest first.
func (s *voteScan) ids() []protocol.SessionID {
	switch id := s.filter.SessionID; {
	case id == 0:
		return s.hub.sessions.IDs()
	case s.hub.sessions.Exists(id):
		return []protocol.SessionID{id}
	}
	return nil
}

// ballot is what a device can change its mind about.
type voteKey struct {
	device protocol.DeviceID
	play   protocol.PlayID
}

func (s *voteScan) run(ctx context.Context) error {
	for _, id := range s.ids() {
		if _, damaged := s.damaged[id]; damaged {
			s.page.LeftOut = append(s.page.LeftOut, id)
			continue
		}
		if s.full {
			continue
		}
		worth, err := s.hasRows(id)
		if err != nil {
			return err
		}
		if !worth {
			continue
		}
		err = s.readSession(ctx, id)
		if errors.Is(err, persistence.ErrCorrupt) && s.filter.SessionID == 0 {
			s.page.LeftOut = append(s.page.LeftOut, id)
			continue // who asks for that session is told
		}
		if err != nil {
			return fmt.Errorf("votes of session %d: %w", id, err)
		}
	}
	return nil
}

// worth says whether a session has votes for the page.
func (s *voteScan) hasRows(id protocol.SessionID) (bool, error) {
	n, known := s.counts[id]
	s.remaining = -1
	if !known {
		return true, nil
	}
	if s.exact {
		s.remaining = n.Matching
	}
	skip := s.skip - s.matched
	switch {
	case n.Matching == 0:
		return false, nil
	case s.exact && n.Matching <= skip:
		s.matched += n.Matching
		return false, nil
	case s.exact && skip > s.hub.scanLimits.skip:
		return false, protocol.Invalid("page is too deep: it begins behind %d votes of session %d, and at most %d can be skipped; narrow it by game_id or vote_type, or take sessions.export, which has all votes", skip, id, s.hub.scanLimits.skip)
	}
	return true, nil
}

func (s *voteScan) readSession(ctx context.Context, id protocol.SessionID) error {
	clear(s.superseded)
	clear(s.voided)
	for rec, err := range s.hub.env.Journal.ReadBack(ctx, sessions.Stream(id), 0) {
		if err != nil {
			return err
		}
		if err := s.readRecord(id, rec); err != nil {
			return err
		}
		if s.full || s.remaining == 0 {
			return nil
		}
	}
	return nil
}

func (s *voteScan) readRecord(id protocol.SessionID, rec persistence.Record) error {
	votes, err := votesIn(rec)
	if err != nil {
		return err
	}
	s.noteVoided(votes.voided)
	for n, v := range votes.backward() {
		if s.full || s.remaining == 0 {
			return nil
		}
		if !s.standing(v) || !s.take(v) {
			continue
		}
		game, err := votes.game(v.Game)
		if err != nil {
			return err
		}
		s.page.Votes = append(s.page.Votes, voteRecord(id, rec, n, v, game))
		s.full = s.exact && len(s.page.Votes) == s.filter.Limit
	}
	return nil
}

// wants counts a vote that fits, and says whether it stands on the page.
func (s *voteScan) take(v *fact.VoteCast) bool {
	if !s.matches(v) {
		return false
	}
	s.matched++
	s.remaining--
	if !s.exact {
		s.total++
	}
	return s.matched > s.skip && len(s.page.Votes) < s.filter.Limit
}

// stands says whether a vote still counts. What a newer one has taken back is not shown,
// so that pages and totals agree; reading backwards, the newer one comes first.
func (s *voteScan) standing(v *fact.VoteCast) bool {
	if v.Device == 0 {
		return true
	}
	if _, voided := s.voided[v.Device]; voided {
		return false
	}
	b := voteKey{v.Device, v.Play}
	_, gone := s.superseded[b]
	if v.Replaced == "" {
		delete(s.superseded, b)
		return !gone
	}
	if s.superseded == nil {
		s.superseded = map[voteKey]struct{}{}
	}
	s.superseded[b] = struct{}{}
	return !gone
}

// void remembers whose votes do not count: reading backwards, it comes before them.
func (s *voteScan) noteVoided(f *fact.VotesVoided) {
	if f == nil {
		return
	}
	if s.voided == nil {
		s.voided = map[protocol.DeviceID]struct{}{}
	}
	for _, id := range f.Devices {
		s.voided[id] = struct{}{}
	}
}

func (s *voteScan) matches(v *fact.VoteCast) bool {
	f := &s.filter
	return (f.GameID == 0 || f.GameID == v.Game) &&
		(f.VoteType == "" || f.VoteType == v.Type) &&
		(f.Username == "" || fact.SameName(f.Username, protocol.NormalizeVoterName(v.Username)))
}
