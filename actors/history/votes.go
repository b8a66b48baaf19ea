package history

import (
	"context"
	"errors"
	"time"

	"partyline/actors/ledger"
	"partyline/protocol"
)

// scanTimeout bounds the reading of one page, whatever the disk is like.
const scanTimeout = 5 * time.Second

// Votes is a page of the vote history: the newest session first, the newest vote first within
// it. It reads backwards the streams of those sessions that have matching votes, until the page
// is full or has all there is; only a search by name has to count to the end.
func (r *Reader) Votes(ctx context.Context, f protocol.VoteFilter) (protocol.VotePage, error) {
	none := protocol.VotePage{Votes: []protocol.VoteRecord{}, LeftOut: []protocol.SessionID{}}
	if err := f.Check(); err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	release, err := r.scans.Acquire(ctx)
	if err != nil {
		return none, err
	}
	defer release()
	s := &voteScan{Options: r.options, filter: f, skip: int64(f.Page-1) * int64(f.Limit), page: none}
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

// scanError is the error of a page that could not be read, or not in time.
func scanError(err error) *protocol.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return protocol.Errorf(protocol.CodeTimeout, "The search took more than %d seconds; narrow it by session_id or game_id, or try again later", scanTimeout/time.Second)
	}
	return ledger.ReadError(ledger.ToClient(err))
}
