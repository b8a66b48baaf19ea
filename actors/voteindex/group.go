package voteindex

import (
	"cmp"
	"slices"

	"partyline/protocol"
)

// groupSessions is how many sessions with ids that follow each other are a group. A page that
// begins behind ten thousand sessions looks at forty groups, and at the sessions of one or two.
const groupSessions = 256

// group sums up sessions, so that pages skip them together.
type group struct {
	number protocol.SessionID // the ids of its sessions divided by groupSessions
	// stale says that a session has changed since the sums were made.
	stale bool
	all   ups
	games map[protocol.GameID]ups
}

// ups are votes that count: down and up.
type ups [2]int64

// count is the number of votes of a type, of both when it is empty.
func (u ups) count(t protocol.VoteType) int64 {
	switch t {
	case protocol.VoteDown:
		return u[0]
	case protocol.VoteUp:
		return u[1]
	}
	return u[0] + u[1]
}

// groupOf finds the group of a session or adds one.
func (x *Index) groupOf(id protocol.SessionID) *group {
	number := id / groupSessions
	at, found := slices.BinarySearchFunc(x.groups, number, func(g *group, n protocol.SessionID) int { return cmp.Compare(g.number, n) })
	if !found {
		x.groups = slices.Insert(x.groups, at, &group{number: number, stale: true})
	}
	return x.groups[at]
}

// sessionsOf are the sessions of a group, ascending.
func (x *Index) sessionsOf(g *group) []*session {
	from, _ := slices.BinarySearchFunc(x.sessions, g.number*groupSessions, compareID)
	to, _ := slices.BinarySearchFunc(x.sessions, (g.number+1)*groupSessions, compareID)
	return x.sessions[from:to]
}

// refresh makes the sums anew when they are stale: mostly those of the group with the sessions
// that are going on.
func (x *Index) refresh(g *group) {
	if !g.stale {
		return
	}
	g.stale, g.all = false, ups{}
	if g.games == nil {
		g.games = map[protocol.GameID]ups{}
	}
	clear(g.games)
	for _, s := range x.sessionsOf(g) {
		for _, k := range s.sums {
			game := x.titles[s.plays[k.code.play()].title].ID
			u := g.games[game]
			u[k.code&1] += int64(k.n)
			g.games[game] = u
			g.all[k.code&1] += int64(k.n)
		}
	}
}

// matching is how many votes of a group match a filter without a name, those of left out sessions
// not counted.
func (x *Index) matching(g *group, p *Plan) int64 {
	x.refresh(g)
	f, u := &p.query.Filter, g.all
	if f.GameID != 0 {
		u = g.games[f.GameID]
	}
	n := u.count(f.VoteType)
	for id := range p.query.LeftOut {
		if s := x.find(id); s != nil && s.group == g {
			n -= count(s.sums, x.matcher(s, f))
		}
	}
	return n
}
