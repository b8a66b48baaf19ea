package voteindex

import (
	"context"
	"fmt"

	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// Read reads the votes of a plan, at most as many as the query's limit. The error is ErrGone when
// a block was erased since: then the query must be planned again; persistence.ErrCorrupt when the
// index must be built again.
func (p *Plan) Read(ctx context.Context, store Store) ([]protocol.VoteRecord, error) {
	votes := make([]protocol.VoteRecord, 0, max(0, min(int64(p.query.Limit), p.expected)))
	err := store.ReadTable(ctx, Table, func(v persistence.TableView) (err error) {
		votes, err = p.read(v, votes)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vote index: %w", err)
	}
	return votes, nil
}

// ErrGone: a session was deleted while its votes were read.
var ErrGone = fmt.Errorf("a block of the vote index is gone")

func (p *Plan) read(v persistence.TableView, votes []protocol.VoteRecord) ([]protocol.VoteRecord, error) {
	skip := p.skip
	for i := range p.items {
		t := &p.items[i]
		r, err := t.load(v)
		if err != nil {
			return nil, err
		}
		matched := int64(0)
		for row := len(r.ids) - 1; row >= 0; row-- {
			if !p.matches(t, r, row) {
				continue
			}
			if matched++; p.query.After == nil && matched <= skip {
				continue
			}
			if p.before(t.session) || p.isBefore(t, r.ids[row]) {
				continue
			}
			votes = append(votes, p.record(t, r, row))
			if len(votes) == p.query.Limit {
				return votes, nil
			}
		}
		if matched != t.matches {
			return nil, fmt.Errorf("%w: block %d of session %d has %d votes that match, and should have %d", persistence.ErrCorrupt, t.block, t.session, matched, t.matches)
		}
		skip = 0
	}
	return votes, nil
}

// isBefore says whether a vote of the cursor's session comes before what is asked for.
func (p *Plan) isBefore(t *item, id uint64) bool {
	after := p.query.After
	return after != nil && t.session == after.Session && id >= after.Vote
}

// load reads the block from disk unless it was in memory.
func (t *item) load(v persistence.TableView) (*rows, error) {
	if t.rows != nil {
		return t.rows, nil
	}
	value, ok, err := v.Get(blockKey(t.session, t.block))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrGone
	}
	r, err := decodeRows(value)
	if err != nil {
		return nil, fmt.Errorf("block %d of session %d: %w", t.block, t.session, err)
	}
	return r, nil
}

func (p *Plan) matches(t *item, r *rows, row int) bool {
	f, c := &p.query.Filter, r.codes[row]
	dead := block{dead: t.dead}
	if dead.isDead(row) || c.play() >= len(t.plays) {
		return false
	}
	return (f.VoteType == "" || c.voteType() == f.VoteType) &&
		(f.GameID == 0 || p.game(t, c).ID == f.GameID) &&
		(f.Username == "" || t.hasName(r, int(r.names[row]), f.Username))
}

// hasName says whether a name is the one that is looked for. Each name of a block is compared
// once.
func (t *item) hasName(r *rows, name int, want string) bool {
	if t.same == nil {
		t.same = make([]bool, len(r.voters))
		for i, v := range r.voters {
			t.same[i] = fact.SameName(want, protocol.NormalizeVoterName(v))
		}
	}
	return t.same[name]
}

func (p *Plan) game(t *item, c code) protocol.EventGame { return p.titles[t.plays[c.play()].title] }

func (p *Plan) record(t *item, r *rows, row int) protocol.VoteRecord {
	c := r.codes[row]
	g := p.game(t, c)
	return protocol.VoteRecord{
		ID: r.ids[row], SessionID: t.session, GameID: g.ID, Title: g.Title, PackName: g.PackName,
		Username: r.voters[r.names[row]], VoteType: c.voteType(), Timestamp: r.times[row], CreatedAt: r.created[row],
	}
}
