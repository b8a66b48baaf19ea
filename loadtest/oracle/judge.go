package oracle

import (
	"partyline/loadtest/report"
	"partyline/protocol"
)

// Counts counts votes by outcome.
type Counts struct {
	Sent         int `json:"sent"`
	Acknowledged int `json:"acknowledged"`
	Refused      int `json:"refused"`
	Unknown      int `json:"unknown"`
	// Found is how many with an unknown outcome were recorded.
	Found int `json:"unknown_but_recorded"`
}

// Check checks the votes against the events up to the heads, one per session: those that were
// acknowledged are in an event, and no refused one is. It may run while votes go on, as long as
// the heads are newer than the acknowledgements.
func (l *VoteLog) Check(f *report.Findings, heads []protocol.Seq, acknowledged func(Number) bool) {
	for n := range Number(l.Len()) {
		v, ok := l.Vote(n)
		if !ok {
			continue
		}
		seen := protocol.Seq(l.slots.at(int(n)).seen.Load())
		switch {
		case acknowledged(n) && seen == 0:
			f.Add("session %d: vote %s was acknowledged and is lost (in none of %d events)", v.Session, n.Username(), heads[v.Session])
		case acknowledged(n) && seen > heads[v.Session]:
			f.Add("session %d: vote %s was acknowledged but came after seq %d, as %d", v.Session, n.Username(), heads[v.Session], seen)
		case v.Outcome == Refused && seen != 0:
			f.Add("session %d: vote %s was refused and stands in seq %d", v.Session, n.Username(), seen)
		}
	}
}

// Acknowledged returns a copy of which votes have been acknowledged.
func (l *VoteLog) Acknowledged() func(Number) bool {
	all := make([]bool, l.Len())
	for n := range all {
		all[n] = Outcome(l.slots.at(n).outcome.Load()) == Acknowledged
	}
	return func(n Number) bool { return int(n) < len(all) && all[n] }
}

// Unseen returns the first vote from that number on that was acknowledged and is in no event yet.
// A vote is acknowledged before screens see it, so that is no fault yet.
func (l *VoteLog) Unseen(from Number) (n Number, ok bool) {
	for n := from; int(n) < l.Len(); n++ {
		s := l.slots.at(int(n))
		if Outcome(s.outcome.Load()) == Acknowledged && s.seen.Load() == 0 {
			return n, true
		}
	}
	return 0, false
}

// Count counts the votes.
func (l *VoteLog) Count() (c Counts) {
	for n := range l.Len() {
		s := l.slots.at(n)
		switch Outcome(s.outcome.Load()) {
		case Unsent:
			continue
		case Acknowledged:
			c.Acknowledged++
		case Refused:
			c.Refused++
		case Unknown:
			c.Unknown++
			if s.seen.Load() != 0 {
				c.Found++
			}
		}
		c.Sent++
	}
	return c
}

// Check checks the events from 1 to head: none is missing, and each vote adds one to the totals.
// It returns the totals per game at the end. The games must be new.
func (r *EventLog) Check(f *report.Findings, head protocol.Seq) map[protocol.GameID]protocol.Totals {
	counted := map[protocol.GameID]protocol.Totals{}
	for seq := protocol.Seq(1); seq <= head; seq++ {
		row := r.rows.at(int(seq))
		if row.hash.Load() == 0 {
			f.Add("session %d: nobody saw seq %d of %d", r.Session, seq, head)
			continue
		}
		if row.vote < 0 {
			continue
		}
		want := counted[row.game]
		if v, _ := r.votes.Vote(row.vote); v.Up {
			want = protocol.NewTotals(want.Upvotes+1, want.Downvotes)
		} else {
			want = protocol.NewTotals(want.Upvotes, want.Downvotes+1)
		}
		if row.totals != want {
			f.Add("session %d: seq %d says totals %+v of game %d, counted %+v", r.Session, seq, row.totals, row.game, want)
		}
		counted[row.game] = row.totals
	}
	return counted
}

// CheckTotals checks what REST says of the session's games against the events.
func (r *EventLog) CheckTotals(f *report.Findings, said protocol.SessionVotes, counted map[protocol.GameID]protocol.Totals) {
	got := map[protocol.GameID]protocol.Totals{}
	for _, g := range said.Votes {
		if g.TotalVotes > 0 {
			got[g.GameID] = protocol.NewTotals(g.Upvotes, g.Downvotes)
		}
		if g.NetScore != g.Upvotes-g.Downvotes || g.TotalVotes != g.Upvotes+g.Downvotes {
			f.Add("session %d: REST adds up wrong: %+v", r.Session, g)
		}
	}
	for id, want := range counted {
		if got[id] != want {
			f.Add("session %d: REST says %+v of game %d, the events say %+v", r.Session, got[id], id, want)
		}
		delete(got, id)
	}
	for id, t := range got {
		f.Add("session %d: REST says %+v of game %d, the events nothing", r.Session, t, id)
	}
}

// Recorded is whether the vote is in an event that a screen saw.
func (l *VoteLog) Recorded(n Number) bool { return l.slots.at(int(n)).seen.Load() != 0 }
