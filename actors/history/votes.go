package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// pageTimeout bounds the reading of one page, whatever the disk is like.
	pageTimeout = 5 * time.Second
	// maxPlans is how often a page is planned: once more when a flush has come in between, or a
	// session was deleted. Both are rare, and a second time in a row next to impossible.
	maxPlans = 10
)

// Votes is a page of the vote history: the newest session first, the newest vote first within
// it. Votes that were replaced or voided are left out, and so are sessions that cannot be read,
// which the page lists; when the filter names such a session, that is an error.
func (r *Reader) Votes(ctx context.Context, f protocol.VoteFilter) (protocol.VotePage, error) {
	if err := f.Check(); err != nil {
		return emptyPage(), err
	}
	q := voteindex.Query{Filter: f, Limit: f.Limit + 1} // one more tells whether there is a next page
	if f.Cursor != "" {
		session, vote, _ := f.After() // Check has parsed it
		q.After = &voteindex.Cursor{Session: session, Vote: vote}
	} else {
		q.Skip = int64(f.Page-1) * int64(f.Limit)
	}
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	plan, votes, err := r.read(ctx, q)
	if err != nil {
		return emptyPage(), pageError(err)
	}
	if _, corrupt := plan.LeftOut()[f.SessionID]; corrupt {
		return emptyPage(), ledger.ErrCorrupt()
	}
	return r.page(f, plan, votes), nil
}

func emptyPage() protocol.VotePage {
	return protocol.VotePage{Votes: []protocol.VoteRecord{}, LeftOut: []protocol.SessionID{}}
}

// page makes the page of the votes that were read, one more than it holds where there are more.
func (r *Reader) page(f protocol.VoteFilter, plan *voteindex.Plan, votes []protocol.VoteRecord) protocol.VotePage {
	page, limit := emptyPage(), int64(f.Limit)
	page.Pagination = protocol.Pagination{Page: f.Page, Limit: f.Limit, Total: plan.Total, TotalPages: (plan.Total + limit - 1) / limit}
	if len(votes) > f.Limit {
		votes = votes[:f.Limit]
		last := &votes[f.Limit-1]
		next := protocol.VoteCursor(last.SessionID, last.ID)
		page.Pagination.NextCursor = &next
	}
	page.Votes = append(page.Votes, votes...)
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(plan.LeftOut()))) {
		if r.options.Sessions.Exists(id) && (f.SessionID == 0 || f.SessionID == id) {
			page.LeftOut = append(page.LeftOut, id)
		}
	}
	return page
}

// read plans the query and reads what the plan names, again when something was in its way.
func (r *Reader) read(ctx context.Context, q voteindex.Query) (*voteindex.Plan, []protocol.VoteRecord, error) {
	store := r.options.Env.Journal
	err := error(voteindex.ErrGone)
	for range maxPlans {
		if q.Filter.Username != "" {
			if q.Name, err = voteindex.Lookup(ctx, store, q.Filter.Username); err != nil {
				break
			}
		}
		plan, ok, planErr := r.options.Projection.PlanVotes(ctx, q)
		if planErr != nil {
			return nil, nil, planErr
		}
		if err = voteindex.ErrGone; !ok {
			continue
		}
		var votes []protocol.VoteRecord
		if votes, err = plan.Read(ctx, store); err == nil {
			return plan, votes, nil
		}
		if !errors.Is(err, voteindex.ErrGone) {
			break
		}
	}
	if errors.Is(err, voteindex.ErrGone) {
		err = fmt.Errorf("%w: %w, and not because of a deletion", persistence.ErrCorrupt, err)
	}
	if errors.Is(err, persistence.ErrCorrupt) {
		return nil, nil, r.options.Projection.RebuildVotes(err)
	}
	return nil, nil, err
}

// pageError is the error of a page that could not be read, or not in time.
func pageError(err error) *protocol.Error {
	return ledger.ReadError(ledger.ToClient(err))
}
