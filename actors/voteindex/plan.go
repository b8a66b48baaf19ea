package voteindex

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// Query asks for votes, the newest session first, the newest vote first within it.
type Query struct {
	// Filter is checked; its Page, Limit and Cursor are not looked at.
	Filter protocol.VoteFilter
	// Name is Lookup of the filter's username, nil without one.
	Name *Name
	// LeftOut are sessions that are left out.
	LeftOut map[protocol.SessionID]struct{}
	// Skip is how many votes come before those that are asked for.
	Skip int64
	// After is the vote after which they come, nil for the newest.
	After *Cursor
	// Limit is how many votes are asked for.
	Limit int
}

// Cursor is the place of a vote in the history.
type Cursor struct {
	Session protocol.SessionID
	Vote    uint64
}

// Plan says where the votes of a query are. It does not change any more, and any goroutine may
// read them.
type Plan struct {
	// Total is how many votes match the filter.
	Total  int64
	query  Query
	titles []protocol.EventGame
	items  []item
	// skip is how many votes of the first item come before those that are asked for.
	skip int64
	// expected is how many votes the items must have, unless a cursor ends within one.
	expected int64
}

// LeftOut are the sessions that were left out.
func (p *Plan) LeftOut() map[protocol.SessionID]struct{} { return p.query.LeftOut }

// item is a block with votes that match.
type item struct {
	session protocol.SessionID
	plays   []play
	block   int
	dead    []uint64
	rows    *rows // nil when the block is on disk
	matches int64
	same    []bool // for each name of the block whether it is the one that is looked for
}

// Plan finds the blocks that hold the votes of a query. ok is false when the name was looked up
// before the last flush: it must be looked up again.
func (x *Index) Plan(q Query) (p *Plan, ok bool) {
	if n := q.Name; n != nil && x.generation > 0 && (n.generation < x.generation || n.secret != x.secret) {
		return nil, false
	}
	p = &Plan{query: q, titles: x.titles, skip: q.Skip}
	if q.Name != nil {
		x.planName(p)
	} else {
		x.planAll(p)
	}
	return p, true
}

// matcher says which codes of a session match the filter. A name may have a hundred thousand of
// them.
func (x *Index) matcher(s *session, f *protocol.VoteFilter) func(code) bool {
	anyType, up := f.VoteType == "", code(0)
	if f.VoteType == protocol.VoteUp {
		up = 1
	}
	if f.GameID == 0 {
		return func(c code) bool { return anyType || c&1 == up }
	}
	return func(c code) bool {
		return (anyType || c&1 == up) && x.titles[s.plays[c.play()].title].ID == f.GameID
	}
}

// planAll plans a query without a name, group after group.
func (x *Index) planAll(p *Plan) {
	if id := p.query.Filter.SessionID; id != 0 {
		if s := x.within(p, id); s != nil {
			p.Total = count(s.sums, x.matcher(s, &p.query.Filter))
			x.planSessions(p, []*session{s})
		}
		return
	}
	for _, g := range slices.Backward(x.groups) {
		n := x.matching(g, p)
		p.Total += n
		if !p.full() && n > 0 && !p.before(g.number*groupSessions) && !p.skips(n) {
			x.planSessions(p, x.sessionsOf(g))
		}
	}
}

// planSessions adds the blocks of some sessions, which are ascending.
func (x *Index) planSessions(p *Plan, list []*session) {
	for _, s := range slices.Backward(list) {
		if _, out := p.query.LeftOut[s.id]; out || s.votes == 0 || p.full() || p.before(s.id) {
			continue
		}
		matches := x.matcher(s, &p.query.Filter)
		if n := count(s.sums, matches); n == 0 || p.skips(n) {
			continue
		}
		for i := len(s.blocks) - 1; i >= s.base && !p.full(); i-- {
			p.add(s, i, count(s.blocks[i].sums, matches))
		}
	}
}

// skips says whether the next n votes all come before what is asked for, and then counts them.
func (p *Plan) skips(n int64) bool {
	if p.query.After != nil || len(p.items) > 0 || n > p.skip {
		return false
	}
	p.skip -= n
	return true
}

// before says whether all of a session comes before the cursor.
func (p *Plan) before(id protocol.SessionID) bool {
	return p.query.After != nil && id > p.query.After.Session
}

func (p *Plan) full() bool { return p.expected >= int64(p.query.Limit) }

// add adds a block with n votes that match, unless it comes before what is asked for.
func (p *Plan) add(s *session, i int, n int64) {
	b := s.blocks[i]
	if n <= 0 {
		return
	}
	partly := false // the block may have votes before the cursor
	if after := p.query.After; after != nil {
		partly = s.id == after.Session && (i+1 == len(s.blocks) || s.blocks[i+1].first > after.Vote)
		if p.before(s.id) || s.id == after.Session && b.first >= after.Vote {
			return
		}
	} else if p.skips(n) {
		return
	} else if len(p.items) == 0 {
		p.expected -= p.skip
	}
	t := item{session: s.id, plays: s.plays, block: i, dead: slices.Clone(b.dead), matches: n}
	if b.rows != nil {
		t.rows = b.rows.view()
	}
	p.items = append(p.items, t)
	if !partly {
		p.expected += n
	}
}

// named is how many votes of a name a block has.
type named struct {
	session *session
	block   int
	n       int64
}

// planName plans a query with a name: it adds up the postings on disk, their corrections in
// memory, and the votes in memory.
func (x *Index) planName(p *Plan) {
	hash := x.hash(p.query.Filter.Username)
	list := x.storedVotes(p)
	list = x.corrected(list, p, hash)
	list = x.recentVotes(list, p, hash)
	// Most of it is ascending already, because flushes were.
	slices.SortFunc(list, func(a, b named) int {
		return cmp.Or(cmp.Compare(a.session.id, b.session.id), cmp.Compare(a.block, b.block))
	})
	for i := len(list) - 1; i >= 0; {
		k := list[i]
		for i--; i >= 0 && list[i].session == k.session && list[i].block == k.block; i-- {
			k.n += list[i].n
		}
		p.Total += k.n
		if !p.full() {
			p.add(k.session, k.block, k.n)
		}
	}
}

// within finds a session that the query may have votes of.
func (x *Index) within(p *Plan, id protocol.SessionID) *session {
	if f := p.query.Filter.SessionID; f != 0 && f != id {
		return nil
	}
	if _, out := p.query.LeftOut[id]; out {
		return nil
	}
	return x.find(id)
}

// withinAfter is within for a session that mostly comes right after the one at a place; it returns
// its own place.
func (x *Index) withinAfter(p *Plan, id protocol.SessionID, at int) (*session, int) {
	if at+1 < len(x.sessions) && x.sessions[at+1].id == id {
		at++
	} else {
		at, _ = slices.BinarySearchFunc(x.sessions, id, compareID)
	}
	if at == len(x.sessions) || x.sessions[at].id != id {
		return nil, at
	}
	if _, out := p.query.LeftOut[id]; out || p.query.Filter.SessionID != 0 && p.query.Filter.SessionID != id {
		return nil, at
	}
	return x.sessions[at], at
}

// storedVotes are the votes that the postings of all flushes tell of, but for those of sessions
// and blocks that are gone.
func (x *Index) storedVotes(p *Plan) (list []named) {
	var s *session
	var matches func(code) bool
	all := p.query.Filter.GameID == 0 && p.query.Filter.VoteType == ""
	last, at := protocol.SessionID(-1), 0
	for _, found := range p.query.Name.found {
		if found.generation > x.generation {
			continue // of a flush that the index does not know of yet: its votes are in memory
		}
		_ = eachPosting(found.list, found.base, func(id protocol.SessionID, block int, c code, n int64) {
			if id != last {
				s, at = x.withinAfter(p, id, at)
				if last = id; s != nil {
					matches = x.matcher(s, &p.query.Filter)
				}
			}
			if s == nil || block < s.base || block >= s.stored || c.play() >= len(s.plays) || !all && !matches(c) {
				return
			}
			if k := len(list) - 1; k >= 0 && list[k].session == s && list[k].block == block {
				list[k].n += n
				return
			}
			list = append(list, named{s, block, n})
		})
	}
	return list
}

// corrected adds what was posted and does not count any more.
func (x *Index) corrected(list []named, p *Plan, hash uint64) []named {
	pending := x.corrections
	if x.writing != nil {
		pending = slices.Concat(pending, x.writing.corrections)
	}
	for _, c := range pending {
		if c.hash != hash {
			continue
		}
		s := x.within(p, c.session)
		if s != nil && int(c.block) >= s.base && int(c.block) < s.stored && x.matcher(s, &p.query.Filter)(c.code) {
			list = append(list, named{s, int(c.block), -1})
		}
	}
	return list
}

// recentVotes adds the votes of blocks in memory.
func (x *Index) recentVotes(list []named, p *Plan, hash uint64) []named {
	add := func(s *session) {
		if s.gone || x.within(p, s.id) == nil {
			return
		}
		matches := x.matcher(s, &p.query.Filter)
		first, blocks := s.inMemory()
		for i, b := range blocks {
			if n := b.votesOf(hash, matches); n > 0 {
				list = append(list, named{s, first + i, n})
			}
		}
	}
	for s := range x.recent {
		add(s)
	}
	if x.writing == nil {
		return list
	}
	for _, s := range x.writing.sessions {
		if _, twice := x.recent[s]; !twice {
			add(s)
		}
	}
	return list
}

// votesOf counts the votes of a name in a block in memory.
func (b *block) votesOf(hash uint64, matches func(code) bool) (n int64) {
	if b.rows == nil || !slices.Contains(b.rows.hashes, hash) {
		return 0
	}
	for row, name := range b.rows.names {
		if b.rows.hashes[name] == hash && !b.isDead(row) && matches(b.rows.codes[row]) {
			n++
		}
	}
	return n
}
