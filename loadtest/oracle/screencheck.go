package oracle

import (
	"encoding/json"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"partyline/loadtest/report"
	"partyline/protocol"
	"partyline/protocol/client"
)

// ScreenCheck checks what one screen in events mode sees, across its connections. One goroutine
// subscribes and sees; Last may be called from any.
type ScreenCheck struct {
	name     string
	events   *EventLog
	findings *report.Findings
	epoch    protocol.Epoch
	last     atomic.Uint64
	seen     atomic.Uint64
}

// NewScreenCheck begins a screen that has seen nothing: its first event must be seq 1.
func NewScreenCheck(name string, r *EventLog, f *report.Findings) *ScreenCheck {
	return &ScreenCheck{name: name, events: r, findings: f}
}

// See takes one event and returns the number of its vote, -1 for none. After a finding it goes on
// from that event, so that one fault is one finding.
func (w *ScreenCheck) See(seq protocol.Seq, event []byte) Number {
	last := protocol.Seq(w.last.Load())
	w.seen.Add(1)
	switch {
	case seq <= last:
		w.findings.Add("%s: seq %d came again, or late, after %d", w.name, seq, last)
		return -1
	case seq != last+1:
		w.findings.Add("%s: a gap: seq %d came after %d", w.name, seq, last)
	}
	w.last.Store(uint64(seq))
	n, err := w.events.See(seq, event)
	if err != nil {
		w.findings.Add("%s: %v", w.name, err)
	}
	return n
}

// Skipped notes that the server left events out, which it may not do to a screen that says since.
func (w *ScreenCheck) Skipped(seq protocol.Seq) {
	w.findings.Add("%s: was folded into a snapshot of seq %d after %d", w.name, seq, w.Last())
	w.last.Store(uint64(seq))
}

// Subscription adds since and epoch to a subscription, to resume.
func (w *ScreenCheck) Subscription(sub client.Subscription) client.Subscription {
	since := w.Last()
	sub.Since, sub.Epoch = &since, w.epoch
	return sub
}

// Subscribed takes the answer to a subscription. No data folder is restored meanwhile: another
// epoch than before is a finding.
func (w *ScreenCheck) Subscribed(hello protocol.Subscribed) {
	if hello.Reset || w.epoch != "" && hello.Epoch != w.epoch {
		w.findings.Add("%s: the epoch is %q after %q, reset %v", w.name, hello.Epoch, w.epoch, hello.Reset)
	}
	w.epoch = hello.Epoch
}

// Last is the seq of the last event seen.
func (w *ScreenCheck) Last() protocol.Seq { return protocol.Seq(w.last.Load()) }

// Seen is how many events came, repeated ones too.
func (w *ScreenCheck) Seen() uint64 { return w.seen.Load() }

// Tallies are the totals that screens of one session in tally mode saw, by seq. Methods may be
// called from any goroutine.
type Tallies struct {
	events   *EventLog
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
	return &Tallies{events: r, findings: f, seed: maphash.MakeSeed(), seen: map[protocol.Seq]tallyAt{}}
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
			if row := t.events.rows.at(int(at)); row.hash.Load() != 0 && row.vote >= 0 {
				counted[row.game] = row.totals
			}
		}
		for id, want := range counted {
			got := t.seen[seq].games[id]
			if got.Totals != want || got.SessionUpvotes != want.Upvotes || got.SessionDownvotes != want.Downvotes {
				t.findings.Add("session %d: tally of seq %d says %+v of game %d, the events say %+v", t.events.Session, seq, got, id, want)
			}
		}
	}
}
