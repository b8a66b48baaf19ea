package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"partyline/actors"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// newListServer has lists of that many sessions, tokens and webhooks, and a session with as many
// games.
func newListServer(t testing.TB, rows int) (h *testServer, admin string) {
	t.Helper()
	j := memory.New(memory.Options{})
	h = newTestServerWith(t, j, func(o *actors.Options) { o.MaxActiveSessions = 0 })
	h.journal = j
	for i := range rows {
		listDo(h, protocol.CreateSession{})
		listDo(h, protocol.AddGame{ID: 1, GameID: protocol.GameID(i%72 + 1)})
		listDo(h, protocol.IssueToken{Role: protocol.RoleBot, Name: fmt.Sprint("bot ", i)})
		listDo(h, protocol.CreateWebhook{Name: "hook", URL: "https://example.com", Secret: "mysecret123", Events: protocol.NewEventList()})
	}
	return h, h.admin()
}

func listDo(h *testServer, c protocol.Command) {
	h.t.Helper()
	if _, err := h.hub.Do(h.t.Context(), actors.Call{Command: c}); err != nil {
		h.t.Fatal(err)
	}
}

// lists are the operations with pages, and the parameters they need.
var lists = map[string]params{
	"sessions.list": {}, "tokens.list": {}, "webhooks.list": {}, "sessions.games": {"id": 1},
	"games.list": {"enabled": true}, "games.packs": {}, "games.packs.meta": {},
}

// TestFollowingTheLinksIsTheList: by REST and by WebSocket a client that reads page after page
// gets what one gets that asks for no page.
func TestFollowingTheLinksIsTheList(t *testing.T) {
	t.Parallel()
	h, admin := newListServer(t, 7)
	socket := h.dial()
	socket.auth(admin)
	for op, p := range lists {
		t.Run(op, func(t *testing.T) {
			whole := h.rest(op, admin, p)
			want := rowsOf(t, whole)
			if n, err := strconv.Atoi(whole.header.Get("X-Total-Count")); err != nil || n != len(want) || n < 7 {
				t.Fatalf("X-Total-Count %q of %d rows", whole.header.Get("X-Total-Count"), len(want))
			}
			if whole.header.Get("Link") != "" {
				t.Errorf("there is nothing more at %s", whole.header.Get("Link"))
			}
			first := with(p, "limit", 3)
			sameRows(t, "by links", want, h.follow(op, admin, first))
			sameRows(t, "by pages", want, h.follow(op, admin, with(first, "page", 1)))
			sameRows(t, "by offsets", want, h.follow(op, admin, with(first, "offset", 0)))
			sameRows(t, "by WebSocket", want, socket.follow(t, op, first))
		})
	}
}

// follow reads a list by the links of its answers, which stand next to each other and go back as
// well.
func (h *testServer) follow(op, token string, p params) (rows []string) {
	h.t.Helper()
	a, path := h.rest(op, token, p), operation(h.t, op).Path
	path = strings.ReplaceAll(path, "{id}", plainText(p["id"]))
	for range 100 {
		a.want(h.t, 200, "", "")
		rows = append(rows, rowsOf(h.t, a)...)
		next := link(a.header, "next")
		if next == "" {
			return rows
		}
		a = h.send("GET", path+next, token, nil)
		if prev := link(a.header, "prev"); prev != "" {
			before := rowsOf(h.t, h.send("GET", path+prev, token, nil))
			sameRows(h.t, "the page before", rows[len(rows)-len(before):], before)
		}
	}
	h.t.Fatal("the links do not end")
	return nil
}

// follow reads a list page by page.
func (c *client) follow(t *testing.T, op string, p params) (rows []string) {
	t.Helper()
	for range 100 {
		c.next++
		c.say(params{"type": "request", "id": strconv.Itoa(c.next), "op": op, "data": p})
		m := c.hearType("response")
		for _, row := range m["data"].([]any) {
			b, _ := json.Marshal(row)
			rows = append(rows, string(b))
		}
		page := m["page"].(map[string]any)
		switch {
		case page["more"] == false && page["next"] == nil:
			return rows
		case page["next"] != nil:
			p = with(p, "cursor", page["next"])
		default:
			p = with(p, "offset", len(rows))
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

// link is the link of an answer with that relation.
func link(header http.Header, rel string) string {
	for _, l := range header.Values("Link") {
		if target, ok := strings.CutSuffix(l, `>; rel="`+rel+`"`); ok {
			return strings.TrimPrefix(target, "<")
		}
	}
	return ""
}

func rowsOf(t testing.TB, a answer) (rows []string) {
	t.Helper()
	var list []any
	if err := json.Unmarshal(a.body, &list); err != nil {
		t.Fatalf("%d, not a list: %.200s", a.status, a.body)
	}
	for _, row := range list {
		b, _ := json.Marshal(row)
		rows = append(rows, string(b))
	}
	return rows
}

func sameRows(t testing.TB, how string, want, got []string) {
	t.Helper()
	if !slices.Equal(want, got) {
		t.Errorf("%s: %d rows\n%s\nwant %d\n%s", how, len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
	}
}

func with(p params, name string, value any) params {
	out := params{name: value}
	for k, v := range p {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// TestAListWithoutAPageIsBounded: a client that asks for no page gets at most 1,000 rows, and is
// told how many there are and where they go on.
func TestAListWithoutAPageIsBounded(t *testing.T) {
	t.Parallel()
	const rows = protocol.MaxListed + 2
	h := newTestServerWith(t, memory.New(memory.Options{}), func(o *actors.Options) { o.MaxActiveSessions = 0 })
	for range rows {
		listDo(h, protocol.CreateSession{})
		listDo(h, protocol.AddGame{ID: 1, GameID: 1})
		listDo(h, protocol.IssueToken{Role: protocol.RoleBot, Name: "bot"})
	}
	admin := h.admin()
	for op, want := range map[string]struct {
		first, last int
		next        string
	}{
		"sessions.list":  {rows, 3, "?cursor=3&limit=1000"},
		"tokens.list":    {rows, 3, "?cursor=3&limit=1000"},
		"sessions.games": {10_003, 10_000 + rows, ""}, // the one that is being played is the last
	} {
		a := h.rest(op, admin, params(lists[op]))
		var got []struct{ ID int }
		if err := json.Unmarshal(a.body, &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != protocol.MaxListed || got[0].ID != want.first || got[len(got)-1].ID != want.last {
			t.Errorf("%s: %d rows from %d to %d", op, len(got), got[0].ID, got[len(got)-1].ID)
		}
		if total := a.header.Get("X-Total-Count"); total != strconv.Itoa(rows) || link(a.header, "next") != want.next {
			t.Errorf("%s: total %s, next %q", op, total, link(a.header, "next"))
		}
	}
}

// TestLinksKeepFilters and nothing else of the request.
func TestLinksKeepFilters(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	a := h.send("GET", "/api/games?enabled=true&junk=%3E%0D%0ASet-Cookie%3A+a&page=2&limit=5", "", nil)
	next, prev := link(a.header, "next"), link(a.header, "prev")
	if next != "?enabled=true&limit=5&offset=10" || prev != "?enabled=true&limit=5&offset=0" {
		t.Errorf("next %q, prev %q", next, prev)
	}
	if q, err := url.ParseQuery(next[1:]); err != nil || q.Has("junk") {
		t.Error(q, err)
	}
	h.send("GET", "/api/games?cursor=5", "", nil).want(t, 400, "invalid", "this list has no cursors, use page or offset")
}

// TestReferenceClientsPage as the reference API lets them.
func TestReferenceClientsPage(t *testing.T) {
	t.Parallel()
	h, _ := newListServer(t, 7)
	for query, want := range map[string]int{"?filter=default&limit=5&offset=0": 5, "?limit=5&offset=5": 2, "?limit=all&offset=0": 7, "?limit=5&offset=-3": 5, "?limit=5&offset=99": 0} {
		a := h.send("GET", "/api/sessions"+query, "", nil)
		if got := rowsOf(t, a); a.status != 200 || len(got) != want || a.header.Get("X-Total-Count") != "7" || string(a.body) == "null" {
			t.Errorf("%s: %d, %d rows of %s", query, a.status, len(got), a.header.Get("X-Total-Count"))
		}
	}
}

// BenchmarkListOfSessions is one request by REST for sessions of which there are 10,000: the first
// page, a deep one, and all that an answer holds.
func BenchmarkListOfSessions(b *testing.B) {
	h := newTestServerWith(b, memory.New(memory.Options{}), func(o *actors.Options) { o.MaxActiveSessions = 0 })
	for range 10_000 {
		listDo(h, protocol.CreateSession{})
	}
	for name, path := range map[string]string{"first": "?limit=50", "deep": "?limit=50&cursor=51", "page200": "?limit=50&page=200", "whole": ""} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if a := h.send("GET", "/api/sessions"+path, "", nil); a.status != 200 {
					b.Fatal(a.status)
				}
			}
		})
	}
}
