package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/actors/session"
	"partyline/actors/standings"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// maxScans is how many readers of the vote history go through the journal at one
	// time, and as many of the webhooks' logs. Each takes a core while it reads, and
	// votes come first.
	maxScans = 2
	// scanTimeout bounds one of them: anybody may ask for a name among all votes.
	scanTimeout = 5 * time.Second
	// maxSkip is how deep a page may lie: what lies before it is read to be skipped.
	maxSkip = 1_000_000
)

// readers are places for those who read through the journal.
type readers chan struct{}

// enter waits for a place.
func (r readers) enter(ctx context.Context) (leave func(), err error) {
	select {
	case r <- struct{}{}:
		return func() { <-r }, nil
	case <-ctx.Done():
		return nil, errTimeout()
	}
}

// Votes is a page of the vote history: the newest session first, the newest vote
// first within it. It reads the log backwards and stops when the page is full; only
// a search by name has to count to the end.
func (h *Hub) Votes(ctx context.Context, f protocol.VoteFilter) (protocol.VotePage, error) {
	none := protocol.VotePage{Votes: []protocol.VoteRecord{}}
	if err := f.Check(); err != nil {
		return none, err
	}
	if f.Page > maxSkip/f.Limit {
		return none, protocol.Invalid("page is too deep: at most %d votes can be skipped; narrow the search by session_id", maxSkip)
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	leave, err := h.votes.enter(ctx)
	if err != nil {
		return none, err
	}
	defer leave()
	total, exact, err := h.countVotes(ctx, f)
	if err != nil {
		return none, err
	}
	s := &scan{hub: h, filter: f, skip: int64(f.Page-1) * int64(f.Limit), count: !exact, page: none.Votes}
	if exact && s.skip >= total {
		s.full = true // nothing there: do not read to find out
	}
	if err := s.run(ctx); err != nil {
		return none, refusalOf(err)
	}
	if !exact {
		total = s.matched
	}
	limit := int64(f.Limit)
	return protocol.VotePage{Votes: s.page, Pagination: protocol.Pagination{
		Page: f.Page, Limit: f.Limit, Total: total, TotalPages: (total + limit - 1) / limit,
	}}, nil
}

func (h *Hub) countVotes(ctx context.Context, f protocol.VoteFilter) (total int64, exact bool, err error) {
	n, err := ask(ctx, h, h.standings, func(s *standings.Heart) (int64, *protocol.Error) {
		n, known := s.VoteCount(f)
		if !known {
			n = -1
		}
		return n, nil
	})
	return n, n >= 0, err
}

// scan reads votes backwards until its page is full or, when it counts, to the end.
type scan struct {
	hub     *Hub
	filter  protocol.VoteFilter
	skip    int64
	count   bool
	page    []protocol.VoteRecord
	matched int64
	full    bool
	// taken are guests whose next older vote for a playing was taken back by a newer one.
	taken map[ballot]struct{}
}

// ballot is what a device can change its mind about.
type ballot struct {
	device protocol.DeviceID
	play   protocol.PlayID
}

func (s *scan) run(ctx context.Context) error {
	ids := s.hub.directory.ids()
	if s.filter.SessionID != 0 {
		ids = []protocol.SessionID{s.filter.SessionID}
		if !s.hub.directory.has(s.filter.SessionID) {
			ids = nil
		}
	}
	for _, id := range ids {
		if s.full {
			return nil
		}
		err := s.session(ctx, id)
		if errors.Is(err, persistence.ErrCorrupt) && s.filter.SessionID == 0 {
			continue // known as damaged; who asks for that session is told
		}
		if err != nil {
			return fmt.Errorf("votes of session %d: %w", id, err)
		}
	}
	return nil
}

func (s *scan) session(ctx context.Context, id protocol.SessionID) error {
	clear(s.taken)
	for rec, err := range s.hub.journal.ReadBack(ctx, streamOf(id), 0) {
		if err != nil {
			return err
		}
		if err := s.record(id, rec); err != nil {
			return err
		}
		if s.full {
			return nil
		}
	}
	return nil
}

func (s *scan) record(id protocol.SessionID, rec persistence.Record) error {
	votes, err := votesIn(rec)
	if err != nil {
		return err
	}
	for n, v := range votes.backward() {
		if s.full {
			return nil
		}
		if !s.stands(v) || !s.wants(v) {
			continue
		}
		game, err := votes.game(v.Game)
		if err != nil {
			return err
		}
		s.page = append(s.page, voteRecord(id, rec, n, v, game))
		s.full = !s.count && len(s.page) == s.filter.Limit
	}
	return nil
}

// wants counts a vote that fits, and says whether it stands on the page.
func (s *scan) wants(v *session.VoteCast) bool {
	if !s.fits(v) {
		return false
	}
	s.matched++
	return s.matched > s.skip && len(s.page) < s.filter.Limit
}

// stands says whether a vote still counts. What a newer one has taken back is not shown,
// so that pages and totals agree; reading backwards, the newer one comes first.
func (s *scan) stands(v *session.VoteCast) bool {
	if v.Device == 0 {
		return true
	}
	b := ballot{v.Device, v.Play}
	_, gone := s.taken[b]
	if v.Replaced == "" {
		delete(s.taken, b)
		return !gone
	}
	if s.taken == nil {
		s.taken = map[ballot]struct{}{}
	}
	s.taken[b] = struct{}{}
	return !gone
}

func (s *scan) fits(v *session.VoteCast) bool {
	f := &s.filter
	return (f.GameID == 0 || f.GameID == v.Game) &&
		(f.VoteType == "" || f.VoteType == v.Type) &&
		(f.Username == "" || session.SameName(f.Username, protocol.VoterName(v.Username)))
}
