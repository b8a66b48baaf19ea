package growth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// readWithin is when a read is measured no longer, with so few requests as there were.
	readWithin = time.Second / 2
	// liveRate is in votes a second: those of two lively evenings.
	liveRate = 400
	// measuredAgain is how often a read that is slow at a tenth that is judged is measured again:
	// the machine may have had something else to do, and that does not happen every time.
	measuredAgain = 2
	// pageSize is the limit of a page of votes or sessions.
	pageSize = 50
	// maxPage is the highest page that the server takes.
	maxPage = 1_000_000
)

// read is one request whose answer must not take longer the more there is.
type read struct {
	name, method, path string
}

// filters are those of the votes: a new voter of the first evening and a game of only that are the
// farthest from the newest vote; nobody is called the last name.
func (h *hub) filters() []struct{ name, query string } {
	newest, game := h.sessions[h.lastHeld()], h.games[3]
	huge := h.sessions[len(h.sessions)/Tenths/10]
	regular, once := oracle.Number(7).Username(), (h.evenings[0].first + 20).Username()
	return []struct{ name, query string }{
		{"all", ""},
		{"a session", fmt.Sprintf("&session_id=%d", newest)},
		{"the huge session", fmt.Sprintf("&session_id=%d", huge)},
		{"a game", fmt.Sprintf("&game_id=%d", game)},
		{"a rare game", fmt.Sprintf("&game_id=%d", h.games[catalogued])},
		{"a regular", "&username=" + regular},
		{"somebody of the first evening", "&username=" + once},
		{"nobody", "&username=nobody"},
		{"type", "&vote_type=down"},
		{"a game, type", fmt.Sprintf("&game_id=%d&vote_type=down", game)},
		{"a regular, a game", fmt.Sprintf("&username=%s&game_id=%d", regular, game)},
		{"a regular, type", "&username=" + regular + "&vote_type=up"},
		{"the huge session, type", fmt.Sprintf("&session_id=%d&vote_type=up", huge)},
		{"the huge session, a regular", fmt.Sprintf("&session_id=%d&username=%s", huge, regular)},
		{"somebody of the first evening, type", "&username=" + once + "&vote_type=up"},
	}
}

// lastHeld is the evening held last that is not deleted.
func (h *hub) lastHeld() int {
	i := len(h.sessions) - 1
	for h.sessions[i] == 0 || i%deletedEach == deletedEach/2 {
		i--
	}
	return i
}

// reads are all that are measured now: pages are of the list as it is.
func (h *hub) reads(ctx context.Context) (all []read, err error) {
	get := func(name, format string, args ...any) {
		all = append(all, read{name, http.MethodGet, fmt.Sprintf(format, args...)})
	}
	last := h.lastHeld()
	newest := h.sessions[last]
	get("sessions", "/api/sessions")
	get("sessions, first page", "/api/sessions?limit=%d", pageSize)
	get("sessions, last page", "/api/sessions?limit=%d&page=%d", pageSize, last*(deletedEach-2)/deletedEach/pageSize+1)
	get("session", "/api/sessions/%d", newest)
	get("games of a session", "/api/sessions/%d/games", newest)
	get("totals of a session", "/api/sessions/%d/votes", newest)
	get("totals of the first session", "/api/sessions/%d/votes", h.sessions[0])
	get("report of a session", "/api/sessions/%d/export", newest)
	get("votes of a session as JSON", "/api/sessions/%d/export?format=json", newest)
	get("stats", "/api/stats")
	get("games", "/api/games")
	all = append(all, read{"pick", http.MethodPost, "/api/pick"})
	get("tokens", "/api/auth/tokens")
	get("webhooks", "/api/webhooks")
	if h.webhook != 0 {
		get("deliveries", "/api/webhooks/%d/deliveries", h.webhook)
	}
	for _, f := range h.filters() {
		name, first := "votes, "+f.name, fmt.Sprintf("/api/votes?limit=%d%s", pageSize, f.query)
		if h.slow[name+": first page"] && h.again == 0 {
			continue
		}
		pages, cursor, err := h.votes(ctx, first)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		get(name+": first page", "%s", first)
		if pages > 1 {
			get(name+": last page", "%s&page=%d", first, min(pages, maxPage))
		}
		if pages < 3 {
			continue
		}
		middle := fmt.Sprintf("%s&page=%d", first, min(pages/2, maxPage))
		get(name+": middle page", "%s", middle)
		if cursor != "" {
			if _, cursor, err = h.votes(ctx, middle); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			get(name+": middle page by cursor", "%s&cursor=%s", first, url.QueryEscape(cursor))
		}
	}
	return all, nil
}

// votes reads a page of votes: how many there are, and the cursor of the next one, "" without. A
// search that is refused has no pages; its first one is measured, and counted as refused.
func (h *hub) votes(ctx context.Context, path string) (pages int64, cursor string, err error) {
	var page struct {
		Pagination struct {
			Pages  int64  `json:"total_pages"`
			Cursor string `json:"next_cursor"`
		} `json:"pagination"`
	}
	if err = h.client.Call(ctx, http.MethodGet, path, nil, &page); client.Temporary(err) && ctx.Err() == nil {
		err = nil
	}
	return page.Pagination.Pages, page.Pagination.Cursor, err
}

// Read is how long the answers to one read took.
type Read struct {
	Name string `json:"name"`
	// Quiet is while nothing else ran, Busy while votes came.
	Quiet report.Summary `json:"quiet"`
	Busy  report.Summary `json:"busy"`
	Bytes int            `json:"bytes"`
	// Refused counts those that were told to come again: 503.
	Refused int `json:"refused"`
}

// measureReads measures all reads, one request after the other: first while nothing else runs.
// Those that took more than a second before are left out unless the tenth is judged.
func (h *hub) measureReads(ctx context.Context, judged bool) (all []Read, err error) {
	h.again = 0
	if judged {
		h.again = measuredAgain
	}
	reads, err := h.reads(ctx)
	if err != nil {
		return nil, err
	}
	if !judged {
		reads = slices.DeleteFunc(reads, func(r read) bool { return h.slow[r.name] })
	}
	for _, r := range reads {
		m := Read{Name: r.name}
		if m.Quiet, err = h.leastOf(ctx, r, &m, readLimit(h.o.MostRead).slack); err != nil {
			return nil, err
		}
		h.slow[r.name] = m.Quiet.P50 > 1000
		all = append(all, m)
	}
	return all, h.whileVotesCome(ctx, func() error {
		for i, r := range reads {
			if h.slow[r.name] {
				continue
			}
			if all[i].Busy, err = h.leastOf(ctx, r, &all[i], readLimit(busyFactor*h.o.MostRead).slack); err != nil {
				return err
			}
		}
		return nil
	})
}

// leastOf measures a read again whose p99 is over a bound below which it counts as fast, unless
// that is how long every second answer takes, and returns the least.
func (h *hub) leastOf(ctx context.Context, r read, m *Read, fast float64) (least report.Summary, err error) {
	for i := 0; i <= h.again && (i == 0 || least.P99 > fast && least.P50 <= fast); i++ {
		s, err := h.measure(ctx, r, m)
		if err != nil {
			return s, err
		}
		if i == 0 || s.P99 < least.P99 {
			least = s
		}
	}
	return least, nil
}

// measure sends the request again and again, and notes in m how large the answers are.
func (h *hub) measure(ctx context.Context, r read, m *Read) (s report.Summary, err error) {
	var took report.Histogram
	began := time.Now()
	for n := 0; n < h.o.Requests && (n == 0 || time.Since(began) < readWithin); n++ {
		var body any
		if r.method == http.MethodPost {
			body = struct{}{}
		}
		var text []byte
		sent := time.Now()
		err := h.client.Call(ctx, r.method, r.path, body, &text)
		if refused, ok := errors.AsType[*client.Error](err); ok && refused.Status == http.StatusServiceUnavailable {
			m.Refused++
		} else if err != nil {
			return s, fmt.Errorf("%s: %w", r.name, err)
		}
		took.Record(time.Since(sent))
		m.Bytes = max(m.Bytes, len(text))
	}
	return took.Summary(), nil
}

// whileVotesCome calls do while a bot votes in a session of its own, by the clock.
func (h *hub) whileVotesCome(ctx context.Context, do func() error) error {
	play, err := h.client.CreateSession(ctx, "Evening that is watched")
	if err != nil {
		return err
	}
	if _, err := h.client.AddGame(ctx, play.ID, h.games[0]); err != nil {
		return err
	}
	bot, err := wire.NewPoster(ctx, h.server.Addr, "/api/votes/live", h.client.Token(), answerWithin)
	if err != nil {
		return err
	}
	defer func() { _ = bot.Close() }()
	voting, stop := context.WithCancel(ctx)
	failed := [2]error{}
	report.InParallel(ctx, 2, func(ctx context.Context, index int) {
		if index == 0 {
			defer stop()
			failed[0] = do()
			return
		}
		failed[1] = h.voteUntil(voting, bot, play.ID)
	})
	if err := errors.Join(failed[:]...); err != nil {
		return err
	}
	return h.client.CloseSession(ctx, play.ID)
}

// voteUntil casts one vote after the other, at liveRate.
func (h *hub) voteUntil(ctx context.Context, bot *wire.Poster, id protocol.SessionID) error {
	tick := time.NewTicker(time.Second / liveRate)
	defer tick.Stop()
	for n := oracle.Number(0); ; n++ {
		select {
		case now := <-tick.C:
			if err := post(bot, oracle.AppendVote(nil, id, oracle.Vote{Number: 1e8 + n, Up: true, Stamp: protocol.TimestampOf(now)}), nil); err != nil {
				return fmt.Errorf("votes.live: %w", err)
			}
			h.live++
		case <-ctx.Done():
			return nil
		}
	}
}
