package crash

import (
	"context"

	"partyline/loadtest/oracle"
)

// maxPages bounds the reading of one session's votes: the deeper the page, the
// longer the server looks for it, and a long run would spend its time here.
const maxPages = 300

// list pages through votes.list of every session, from the newest vote back: the
// votes of the events, each once, nothing else, and as many in all. Nobody may be voting.
func (e *state) list(ctx context.Context) error {
	for i, id := range e.ids {
		listed, total, pages := map[string]int{}, 0, 1
		for page := 1; page <= min(pages, maxPages); page++ {
			p, err := e.client.Votes(ctx, id, page)
			if err != nil {
				return err
			}
			for _, v := range p.Votes {
				listed[v.Username]++
			}
			total, pages = int(p.Pagination.Total), int(p.Pagination.TotalPages)
		}
		e.compare(i, listed, total, pages <= maxPages)
	}
	return nil
}

// compare holds what was listed against the events; whole says that all was listed.
func (e *state) compare(session int, listed map[string]int, total int, whole bool) {
	id, recorded := e.ids[session], 0
	for n := range oracle.Number(e.ledger.Len()) {
		v, ok := e.ledger.Vote(n)
		if !ok || v.Session != session {
			continue
		}
		name, stands := n.Username(), e.ledger.Recorded(n)
		if stands {
			recorded++
		}
		got := listed[name]
		if got > 1 || got == 1 && !stands || got == 0 && stands && whole {
			e.findings.Add("session %d: votes.list has vote %s %d times, the events have it: %v", id, name, got, stands)
		}
		delete(listed, name)
	}
	if total != recorded {
		e.findings.Add("session %d: votes.list counts %d votes, the events %d", id, total, recorded)
	}
	for name := range listed {
		e.findings.Add("session %d: votes.list has vote %s that nobody sent", id, name)
	}
}
