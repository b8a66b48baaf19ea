package history

import (
	"context"
	"errors"
	"fmt"

	"partyline/actors/ledger"
	"partyline/actors/projection"
	"partyline/actors/rules/session/fact"
	"partyline/actors/sessions"
	"partyline/persistence"
	"partyline/protocol"
)

// voteScan reads votes backwards until its page is full or, when a name is searched, to the
// end.
type voteScan struct {
	Options
	filter protocol.VoteFilter
	skip   int64
	// counts say which sessions have matching votes. When they are exact total is known from
	// the start, else it is counted.
	counts projection.VoteCounts
	total  int64

	page      protocol.VotePage
	matched   int64 // votes that match, skipped ones too
	remaining int64 // matching votes of the session that are still to be read; negative when unknown
	full      bool
	// superseded are the next older votes that a newer vote of the same device has replaced.
	superseded map[voteKey]struct{}
	// voided are the devices whose votes the host has voided.
	voided map[protocol.DeviceID]struct{}
}

// voteKey names what a device has one vote for.
type voteKey struct {
	device protocol.DeviceID
	play   protocol.PlayID
}

// prepare reads the counts of the standings, and refuses a search that would read too much.
func (s *voteScan) prepare(ctx context.Context) error {
	var err error
	if s.counts, err = s.Projection.VoteCounts(ctx, s.filter); err != nil {
		return err
	}
	if _, corrupt := s.counts.Corrupt[s.filter.SessionID]; corrupt {
		return ledger.ErrCorrupt()
	}
	if s.counts.Exact {
		s.total = s.counts.Total
		for id := range s.counts.Corrupt {
			s.total -= s.counts.Sessions[id].Matching
		}
		s.full = s.skip >= s.total // the page is empty: do not read to find that out
		return nil
	}
	read := int64(0)
	for _, id := range s.ids() {
		if n := s.counts.Sessions[id]; n.Matching > 0 {
			read += n.All // of corrupt ones, too: they are few
		}
	}
	if read > s.MaxSearch {
		return protocol.Invalid("username is looked for in at most %d votes, and these would be %d; narrow the search by session_id or game_id", s.MaxSearch, read)
	}
	return nil
}

// ids are the sessions that the filter names, the newest first.
func (s *voteScan) ids() []protocol.SessionID {
	switch id := s.filter.SessionID; {
	case id == 0:
		return s.Sessions.IDs()
	case s.Sessions.Exists(id):
		return []protocol.SessionID{id}
	}
	return nil
}

// run fills the page. Corrupt sessions are listed in it and left out; when the filter names the
// session, corruption is an error.
func (s *voteScan) run(ctx context.Context) error {
	for _, id := range s.ids() {
		if _, corrupt := s.counts.Corrupt[id]; corrupt {
			s.page.LeftOut = append(s.page.LeftOut, id)
			continue
		}
		if s.full {
			continue
		}
		needed, err := s.mustRead(id)
		if err != nil {
			return err
		}
		if !needed {
			continue
		}
		err = s.readSession(ctx, id)
		if errors.Is(err, persistence.ErrCorrupt) && s.filter.SessionID == 0 {
			s.page.LeftOut = append(s.page.LeftOut, id)
			continue
		}
		if err != nil {
			return fmt.Errorf("votes of session %d: %w", id, err)
		}
	}
	return nil
}

// mustRead says whether a session may have votes for the page, and sets remaining. Votes that
// are skipped with their whole session are counted in matched.
func (s *voteScan) mustRead(id protocol.SessionID) (bool, error) {
	n, known := s.counts.Sessions[id]
	s.remaining = -1
	if !known {
		return true, nil
	}
	if s.counts.Exact {
		s.remaining = n.Matching
	}
	skip := s.skip - s.matched
	switch {
	case n.Matching == 0:
		return false, nil
	case s.counts.Exact && n.Matching <= skip:
		s.matched += n.Matching
		return false, nil
	case s.counts.Exact && skip > s.MaxSkip:
		return false, protocol.Invalid("page is too deep: it begins behind %d votes of session %d, and at most %d can be skipped; narrow it by game_id or vote_type, or take sessions.export, which has all votes", skip, id, s.MaxSkip)
	}
	return true, nil
}

func (s *voteScan) readSession(ctx context.Context, id protocol.SessionID) error {
	clear(s.superseded)
	clear(s.voided)
	for rec, err := range s.Env.Journal.ReadBack(ctx, sessions.Stream(id), 0) {
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
	votes, err := readVotes(rec)
	if err != nil {
		return err
	}
	s.addVoided(votes.voided)
	for n, v := range votes.backward() {
		if s.full || s.remaining == 0 {
			return nil
		}
		if !s.counted(v) || !s.take(v) {
			continue
		}
		game, err := votes.game(v.Game)
		if err != nil {
			return err
		}
		s.page.Votes = append(s.page.Votes, voteRecord(id, rec, n, v, game))
		s.full = s.counts.Exact && len(s.page.Votes) == s.filter.Limit
	}
	return nil
}

// counted says whether a vote still counts. Votes that were voided or that a newer vote has
// replaced are left out, so that pages and totals agree; reading backwards, the newer vote comes
// first.
func (s *voteScan) counted(v *fact.VoteCast) bool {
	if v.Device == 0 {
		return true
	}
	if _, voided := s.voided[v.Device]; voided {
		return false
	}
	key := voteKey{v.Device, v.Play}
	_, replaced := s.superseded[key]
	if v.Replaced == "" {
		delete(s.superseded, key)
		return !replaced
	}
	if s.superseded == nil {
		s.superseded = map[voteKey]struct{}{}
	}
	s.superseded[key] = struct{}{}
	return !replaced
}

// take counts a vote that matches, and says whether the vote belongs on the page.
func (s *voteScan) take(v *fact.VoteCast) bool {
	if !s.matches(v) {
		return false
	}
	s.matched++
	s.remaining--
	if !s.counts.Exact {
		s.total++
	}
	return s.matched > s.skip && len(s.page.Votes) < s.filter.Limit
}

func (s *voteScan) matches(v *fact.VoteCast) bool {
	f := &s.filter
	return (f.GameID == 0 || f.GameID == v.Game) &&
		(f.VoteType == "" || f.VoteType == v.Type) &&
		(f.Username == "" || fact.SameName(f.Username, protocol.NormalizeVoterName(v.Username)))
}

// addVoided remembers the devices whose votes were voided; reading backwards, the fact comes
// before the votes.
func (s *voteScan) addVoided(f *fact.VotesVoided) {
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
