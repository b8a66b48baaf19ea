package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/gateway"
	"partyline/protocol"
)

func (h *testServer) games(query string) (games []protocol.Game) {
	h.t.Helper()
	a := h.send("GET", "/api/games?"+query, "", nil)
	if err := json.Unmarshal(a.body, &games); err != nil {
		h.t.Fatal(err)
	}
	return games
}

// evening plays three games, one of them twice and one that is removed, and has many
// vote on each.
func (h *testServer) playedEvening() (session int) {
	h.t.Helper()
	session, _ = h.opened()
	token := h.admin()
	for turn, game := range []int{2, 3, 1} {
		h.castMany(session, turn, 700*turn+300)
		h.rest("sessions.games.add", token, params{"id": session, "game_id": game, "room_code": "abcd"}).want(h.t, 201, "", "")
	}
	h.castMany(session, 9, 250)
	h.rest("sessions.games.remove", token, params{"id": session, "gameId": session*10_000 + 2}).want(h.t, 200, "", "")
	return session
}

func (h *testServer) castMany(session, turn, n int) {
	h.t.Helper()
	token, at := h.admin(), now()
	for start := 0; start < n; start += protocol.MaxBatchVotes {
		var votes []any
		for i := start; i < min(n, start+protocol.MaxBatchVotes); i++ {
			word := "up"
			if i%(turn+3) == 0 {
				word = "down"
			}
			votes = append(votes, params{"username": fmt.Sprintf("näme <%d> \"%d\"", turn, i), "vote": word, "timestamp": at})
		}
		a := h.rest("votes.batch", token, params{"sessionId": session, "votes": votes})
		if a.want(h.t, 200, "", ""); a.object(h.t)["rejected"] != 0.0 {
			h.t.Fatalf("%.300s", a.body)
		}
	}
}

// TestExportedVotesRecount: the votes of an export, counted again, are its totals and
// those that the hub tells; each is one of the history, and counts for a game of the session.
func TestExportedVotesRecount(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session := h.playedEvening()
	token := h.admin()
	a := h.rest("sessions.export", token, params{"id": session, "format": "json"})
	a.want(t, 200, "", "")
	var e protocol.SessionExport
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		t.Fatal(err)
	}
	var said protocol.SessionVotes
	if err := json.Unmarshal(h.rest("sessions.votes", "", params{"id": session}).body, &said); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(said.Votes, e.Totals); d != "" {
		t.Errorf("-sessions.votes +export\n%s", d)
	}
	if d := cmp.Diff(e.Totals, recounted(e)); d != "" {
		t.Errorf("-totals +recounted\n%s", d)
	}
	if len(e.Votes) != 300+1000+1700+250 || len(e.Games) != 3 || !e.Session.IsActive || int(e.Seq) < len(e.Votes) {
		t.Errorf("%d votes, %d games, seq %d, %+v", len(e.Votes), len(e.Games), e.Seq, e.Session)
	}
	if d := cmp.Diff(h.history(session), e.Votes); d != "" {
		t.Errorf("-history +export\n%s", d)
	}
	var games []protocol.SessionGame
	if err := json.Unmarshal(h.rest("sessions.games", "", params{"id": session}).body, &games); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(games, e.Games); d != "" {
		t.Errorf("-sessions.games +export\n%s", d)
	}
}

// recounted are the totals that the votes come to.
func recounted(e protocol.SessionExport) []protocol.GameVotes {
	totals := slices.Clone(e.Totals)
	at := map[protocol.GameID]int{}
	for i, t := range totals {
		at[t.GameID] = i
		totals[i] = protocol.GameVotes{GameID: t.GameID, Title: t.Title, PackName: t.PackName}
	}
	for _, v := range e.Votes {
		t := &totals[at[v.GameID]]
		if t.TotalVotes++; v.VoteType == protocol.VoteUp {
			t.Upvotes++
			t.NetScore++
		} else {
			t.Downvotes++
			t.NetScore--
		}
	}
	return totals
}

// history are the votes as votes.list tells them, the oldest first. What was played is
// left to the moment: votes of a playing lie between its beginning and the next one's.
func (h *testServer) history(session int) (votes []protocol.ExportedVote) {
	h.t.Helper()
	begun := map[protocol.PlayID]protocol.Timestamp{}
	for page, pages := 1, 1; page <= pages; page++ {
		var p protocol.VotePage
		if err := json.Unmarshal(h.rest("votes.list", "", params{"session_id": session, "limit": 100, "page": page}).body, &p); err != nil {
			h.t.Fatal(err)
		}
		pages = int(p.Pagination.TotalPages)
		for _, v := range p.Votes {
			votes = append(votes, protocol.ExportedVote{ID: v.ID, GameID: v.GameID, Username: v.Username, VoteType: v.VoteType, Timestamp: v.Timestamp, CreatedAt: v.CreatedAt})
		}
	}
	slices.Reverse(votes)
	var games []protocol.SessionGame
	if err := json.Unmarshal(h.rest("sessions.games", "", params{"id": session}).body, &games); err != nil {
		h.t.Fatal(err)
	}
	for _, g := range games {
		begun[g.ID] = g.PlayedAt
	}
	for i := range votes {
		v := &votes[i]
		play := protocol.NewPlayID(protocol.SessionID(session), 2)
		v.SessionGameID = &play // the removed one, of which nothing is told
		if v.GameID == 2 {
			continue
		}
		play = 0
		for id, at := range begun {
			if at <= v.Timestamp && id > play {
				play = id
			}
		}
	}
	return votes
}

func TestFilesAreAttachments(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session := h.playedEvening()
	token := h.admin()
	for _, c := range []struct{ path, name, media string }{
		{"/api/games/export/csv", "partyline-games.csv", "text/csv; charset=utf-8"},
		{fmt.Sprintf("/api/sessions/%d/export", session), "partyline-session-1.txt", "text/plain; charset=utf-8"},
		{fmt.Sprintf("/api/sessions/%d/export?format=txt", session), "partyline-session-1.txt", "text/plain; charset=utf-8"},
		{fmt.Sprintf("/api/sessions/%d/export?format=json", session), "partyline-session-1.json", "application/json; charset=utf-8"},
	} {
		get, head := h.send("GET", c.path, token, nil), h.send("HEAD", c.path, token, nil)
		for _, a := range []answer{get, head} {
			if a.status != 200 || a.header.Get("Content-Disposition") != `attachment; filename="`+c.name+`"` || a.header.Get("Content-Type") != c.media ||
				a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", c.path, a.status, a.header)
			}
		}
		if len(head.body) > 0 {
			t.Errorf("HEAD %s: %s", c.path, head.body)
		}
		small := len(get.body) < 32<<10
		if (get.header.Get("Content-Length") == fmt.Sprint(len(get.body))) != small {
			t.Errorf("%s: %d bytes, Content-Length %q", c.path, len(get.body), get.header.Get("Content-Length"))
		}
		h.send("GET", c.path, "", nil).want(t, 401, "unauthenticated", "")
	}
}

// TestSessionReportFile: what a host pastes names no voters, and counts this session alone.
func TestSessionReportFile(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session := h.playedEvening()
	h.rest("sessions.close", h.admin(), params{"id": session, "notes": "Friday\nin the barn"}).want(t, 200, "", "")
	text := string(h.rest("sessions.export", h.admin(), params{"id": session}).body)
	games := h.games("")
	title := func(id protocol.GameID) string {
		return games[slices.IndexFunc(games, func(g protocol.Game) bool { return g.ID == id })].Title
	}
	for _, want := range []string{"(session 1)\n", "\nFriday\nin the barn\n", " UTC, 2 games, 2250 votes\n",
		"\n1. " + title(1) + " (Jackbox Party Pack 1): +308 (+429/-121), played 2 times\n", "\n2. " + title(3) + " (", "\nFavourite: " + title(3) + " (+1020)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "näme") || strings.Contains(text, title(2)) {
		t.Errorf("it tells of voters or of removed games:\n%s", text)
	}
}

// TestFilesBySocket: a small file is a word, a large one goes by REST.
func TestFilesBySocket(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session := h.playedEvening()
	k := h.dial()
	k.auth(h.admin())
	a := k.request("games.export", nil)
	a.want(t, 200, "", "")
	if o := a.object(t); o["filename"] != "partyline-games.csv" || o["contentType"] != "text/csv; charset=utf-8" ||
		o["content"] != string(h.rest("games.export", h.admin(), nil).body) {
		t.Errorf("%s", a.body)
	}
	k.request("sessions.export", params{"id": session, "format": "json"}).want(t, 200, "", "")
	for turn := range 4 {
		h.castMany(session, 20+turn, 2000)
	}
	k.request("sessions.export", params{"id": session, "format": "json"}).want(t, 413, "too_large", "The file is larger than 1048576 bytes; use REST")
	k.request("sessions.export", params{"id": session}).want(t, 200, "", "")
	if a := h.rest("sessions.export", h.admin(), params{"id": session, "format": "json"}); a.status != 200 || len(a.body) <= protocol.MaxFileMessage {
		t.Errorf("%d, %d bytes", a.status, len(a.body))
	}
}

// longHub has sessions of as many votes as are read, and an end that the test chooses.
type longHub struct {
	gateway.Hub
	votes int
	err   error
	read  chan int // how many were read, when it has ended
}

func (l longHub) ExportVotes(context.Context, *protocol.SessionExport) iter.Seq2[protocol.ExportedVote, error] {
	return func(yield func(protocol.ExportedVote, error) bool) {
		n, play := 0, protocol.PlayID(10001)
		defer func() { l.read <- n }()
		for ; n < l.votes; n++ {
			if !yield(protocol.ExportedVote{ID: uint64(n + 1), SessionGameID: &play, GameID: 1, Username: "somebody or other", VoteType: protocol.VoteUp, Timestamp: 1, CreatedAt: 2}, nil) {
				return
			}
		}
		if l.err != nil {
			yield(protocol.ExportedVote{}, l.err)
		}
	}
}

func newLongTestServer(t *testing.T, l *longHub) *testServer {
	t.Helper()
	l.read = make(chan int, 1)
	h := newTestServer(t, func(o *gateway.Options) {
		l.Hub = o.Hub
		o.Hub = l
	})
	h.client = &http.Client{Transport: &http.Transport{}} // the checking one would read to the end before the test does
	t.Cleanup(h.client.CloseIdleConnections)
	h.opened()
	return h
}

func (h *testServer) download(token string) (*http.Response, error) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), "GET", h.url+"/api/sessions/1/export?format=json", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return h.client.Do(req)
}

// TestFailingExport: before anything has left it is an error as any other, after
// that the connection breaks: what has come is never taken for the whole.
func TestFailingExport(t *testing.T) {
	t.Parallel()
	corrupt := protocol.Errorf(protocol.CodeCorrupt, "What is stored of this is damaged")
	at := newLongTestServer(t, &longHub{votes: 3, err: corrupt})
	at.rest("sessions.export", at.admin(), params{"id": 1, "format": "json"}).want(t, 500, "corrupt", "")
	busy := newLongTestServer(t, &longHub{err: protocol.Overloaded()})
	if a := busy.rest("sessions.export", busy.admin(), params{"id": 1, "format": "json"}); a.status != 503 || a.header.Get("Retry-After") == "" || a.header.Get("Content-Disposition") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	late := newLongTestServer(t, &longHub{votes: 100_000, err: errors.New("the disk is gone")})
	res, err := late.download(late.admin())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if b, err := io.ReadAll(res.Body); err == nil || res.StatusCode != 200 {
		t.Errorf("%d, %d bytes came, and an end as if that were all", res.StatusCode, len(b))
	}
}

// TestExportIsStreamed: a hundred megabytes go through while the server's memory grows
// by a few, and when nobody reads any more the journal is not read any further.
func TestExportIsStreamed(t *testing.T) {
	l := &longHub{votes: 10_000_000}
	h := newLongTestServer(t, l)
	res, err := h.download(h.admin())
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	if _, err := io.CopyN(io.Discard, res.Body, 100<<20); err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if len(l.read) > 0 {
		t.Fatal("all votes were read ahead of who asked for them")
	}
	_ = res.Body.Close()
	h.client.CloseIdleConnections()
	if n := <-l.read; n == l.votes {
		t.Error("votes were read for nobody")
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
