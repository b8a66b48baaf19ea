package oracle

import (
	"encoding/json"
	"hash/maphash"
	"maps"
	"slices"
	"sync"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// Tallies are the totals that screens of one session in tally mode saw, by seq. Methods may be
// called from any goroutine.
type Tallies struct {
	record   *EventLog
	findings *report.Findings
	seed     maphash.Seed

	mu   sync.Mutex
	seen map[protocol.Seq]tallyAt
}

type tallyAt struct {
	hash  uint64
	games map[protocol.GameID]protocol.TallyGame
}

// NewTallies checks tallies against the events of their session, which at least one screen must
// watch.
func NewTallies(r *EventLog, f *report.Findings) *Tallies {
	return &Tallies{record: r, findings: f, seed: maphash.MakeSeed(), seen: map[protocol.Seq]tallyAt{}}
}

// See takes a tally, or a snapshot in place of one. last is the seq of the screen's tally before:
// seqs may not fall.
func (t *Tallies) See(name string, last, seq protocol.Seq, message []byte) {
	if seq < last {
		t.findings.Add("%s: tally of seq %d after %d", name, seq, last)
	}
	hash := maphash.Bytes(t.seed, message)
	t.mu.Lock()
	defer t.mu.Unlock()
	was, ok := t.seen[seq]
	if ok && was.hash == hash {
		return
	}
	var m struct {
		Games []protocol.TallyGame   `json:"games"`
		Data  *protocol.SessionState `json:"data"` // of a snapshot
	}
	if err := json.Unmarshal(message, &m); err != nil {
		t.findings.Add("%s: tally %s: %v", name, message, err)
		return
	}
	if m.Data != nil {
		m.Games = m.Data.Tallies
	}
	games := map[protocol.GameID]protocol.TallyGame{}
	for _, g := range m.Games {
		games[g.ID] = g
	}
	if ok && !maps.Equal(was.games, games) {
		t.findings.Add("%s: two tallies of seq %d differ: %v and %v", name, seq, was.games, games)
		return
	}
	t.seen[seq] = tallyAt{hash, games}
}

// Check checks every tally against the events up to its seq, when the screens have stopped.
func (t *Tallies) Check() {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, counted := protocol.Seq(0), map[protocol.GameID]protocol.Totals{}
	for _, seq := range slices.Sorted(maps.Keys(t.seen)) {
		for at < seq {
			at++
			if row := t.record.rows.at(int(at)); row.hash.Load() != 0 && row.vote >= 0 {
				counted[row.game] = row.totals
			}
		}
		for id, want := range counted {
			got := t.seen[seq].games[id]
			if got.Totals != want || got.SessionUpvotes != want.Upvotes || got.SessionDownvotes != want.Downvotes {
				t.findings.Add("session %d: tally of seq %d says %+v of game %d, the events say %+v", t.record.Session, seq, got, id, want)
			}
		}
	}
}
