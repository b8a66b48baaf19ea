package crash

import (
	"context"

	"partyline/loadtest/oracle"
)

// maxPages bounds how much of a session is read: the deeper the page, the longer the server
// searches.
const maxPages = 300

// list reads votes.list of every session page by page: the votes of the events, each once, nothing
// else, and the right count. Nobody may be voting.
func (l *Load) list(ctx context.Context) error {
	for i, id := range l.IDs {
		listed, total, pages := map[string]int{}, 0, 1
		for page := 1; page <= min(pages, maxPages); page++ {
			p, err := l.Client.Votes(ctx, id, page)
			if err != nil {
				return err
			}
			for _, v := range p.Votes {
				listed[v.Username]++
			}
			total, pages = int(p.Pagination.Total), int(p.Pagination.TotalPages)
		}
		l.compare(i, listed, total, pages <= maxPages)
	}
	return nil
}

// compare checks the listed votes against the events; whole means that all were listed.
func (l *Load) compare(session int, listed map[string]int, total int, whole bool) {
	id, recorded := l.IDs[session], 0
	for n := range oracle.Number(l.Votes.Len()) {
		v, ok := l.Votes.Vote(n)
		if !ok || v.Session != session {
			continue
		}
		name, stands := n.Username(), l.Votes.Recorded(n)
		if stands {
			recorded++
		}
		got := listed[name]
		if got > 1 || got == 1 && !stands || got == 0 && stands && whole {
			l.Findings.Add("session %d: votes.list has vote %s %d times, the events have it: %v", id, name, got, stands)
		}
		delete(listed, name)
	}
	if total != recorded {
		l.Findings.Add("session %d: votes.list counts %d votes, the events %d", id, total, recorded)
	}
	for name := range listed {
		l.Findings.Add("session %d: votes.list has vote %s that nobody sent", id, name)
	}
}
