package gateway_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

const charades = "House,Charades,2,8,,0,1,Acting,\n"

func (h *testServer) titles(query string) (titles []string) {
	h.t.Helper()
	for _, g := range h.games(query) {
		titles = append(titles, g.Title)
	}
	return titles
}

// TestCSVOfReferenceAPI: the body may be the CSV itself, whoever wrote the Content-Type, with
// the mode in the query.
func TestCSVOfReferenceAPI(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	for i, media := range []string{"text/csv", "text/csv; charset=utf-8", `Text/CSV; header=present`} {
		body := columns + fmt.Sprintf("House,Game %d,2,8,,0,1,,\n", i)
		a := h.send("POST", "/api/games/import/csv", token, body, "Content-Type", media)
		a.want(t, 200, "", "")
		if o := a.object(t); o["message"] != "Successfully imported 1 games" || o["mode"] != "append" || o["added"] != 1.0 {
			t.Errorf("%s: %s", media, a.body)
		}
	}
	if got := h.titles("pack=House"); strings.Join(got, ",") != "Game 0,Game 1,Game 2" {
		t.Error(got)
	}
	a := h.send("POST", "/api/games/import/csv?mode=replace", token, "\ufeff"+columns+charades, "Content-Type", "text/csv")
	a.want(t, 200, "", "")
	if o := a.object(t); o["mode"] != "replace" || o["removed"] != 75.0 {
		t.Errorf("%s", a.body)
	}
	if got := h.titles(""); len(got) != 1 || got[0] != "Charades" {
		t.Error(got)
	}
	// The query wins over the body: a mode that is asked for is never passed over.
	a = h.send("POST", "/api/games/import/csv?mode=replace", token, params{"csvData": columns, "mode": "append"})
	if a.want(t, 200, "", ""); a.object(t)["mode"] != "replace" || len(h.titles("")) != 0 {
		t.Errorf("%s", a.body)
	}
}

// TestCSVOfOtherPrograms: four columns in any order, beside others that no game has.
func TestCSVOfOtherPrograms(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	h.send("POST", "/api/games/import/csv", token, columns+charades, "Content-Type", "text/csv").want(t, 200, "", "")
	const csv = "max_players,id,title,min_players,pack_name,price\n9,1,Charades,3,House,free\n5,2,Chess,2,House,\n"
	a := h.send("POST", "/api/games/import/csv", token, csv, "Content-Type", "text/csv")
	a.want(t, 200, "", "")
	want := map[string]any{"message": "Successfully imported 2 games", "count": 2.0, "mode": "append", "added": 1.0, "updated": 1.0, "removed": 0.0,
		"ignoredColumns": []any{"id", "price"}}
	if d := cmp.Diff(want, a.object(t)); d != "" {
		t.Error(d)
	}
	games := h.games("pack=House")
	if g := games[0]; g.Title != "Charades" || g.MinPlayers != 3 || g.MaxPlayers != 9 || g.GameType == nil || *g.GameType != "Acting" || !g.FamilyFriendly {
		t.Errorf("what the file does not say has changed: %+v", g)
	}
	if again := h.send("POST", "/api/games/import/csv", token, columns, "Content-Type", "text/csv").object(t); !cmp.Equal(again["ignoredColumns"], []any{}) {
		t.Errorf("nothing was ignored: %v", again)
	}
}

func TestCSVIsRefused(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	const path = "/api/games/import/csv"
	for name, c := range map[string]struct {
		path, media, body string
		status            int
		code              protocol.Code
		message           string
	}{
		"a form":                  {path, "application/x-www-form-urlencoded", charades, 415, "media_type", "Content-Type must be application/json or text/csv"},
		"no type":                 {path, "", charades, 415, "media_type", ""},
		"CSV that is called JSON": {path, "application/json", columns, 400, "malformed", "Expected a JSON object"},
		"JSON that is called CSV": {path, "text/csv", `{"csvData":""}`, 400, "invalid", ""},
		"nothing":                 {path, "text/csv", "", 400, "invalid", "csvData is required"},
		"an unknown mode":         {path + "?mode=merge", "text/csv", columns, 400, "invalid", `mode must be "append" or "replace"`},
		"another alphabet":        {path, "text/csv", columns + "P,\xe9t\xe9,1,8,,0,0,,\n", 400, "invalid", "csvData must be valid UTF-8"},
		"a broken row":            {path, "text/csv", columns + charades + "House,\n", 400, "invalid", "line 3, character 1: wrong number of fields"},
		"too large":               {path, "text/csv", strings.Repeat(" ", protocol.MaxImport+1), 413, "too_large", "The body must not be larger than 16777216 bytes"},
		"a header of its own":     {path, "text/csv", strings.Repeat("x", 100_000) + "\n", 400, "invalid", "line 1, column pack_name: the column is missing"},
		"a page of lines":         {path, "text/csv", columns + strings.Repeat(charades, 10_001), 400, "invalid", "line 10002: more than 10000 games"},
	} {
		t.Run(name, func(t *testing.T) {
			h.send("POST", c.path, token, c.body, "Content-Type", c.media).want(t, c.status, c.code, c.message)
		})
	}
	h.send("POST", path, h.scoped(protocol.RoleBot, 0), charades, "Content-Type", "text/csv").want(t, 403, "forbidden", "")
	h.send("POST", "/api/games", token, charades, "Content-Type", "text/csv").want(t, 415, "media_type", "Content-Type must be application/json")
	if n := len(h.titles("")); n != 72 {
		t.Errorf("%d games after refusals", n)
	}
}

// TestImportOfThousands goes through whole, as large as a body may be, also as JSON,
// and its export is the file again.
func TestImportOfThousands(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	var b strings.Builder
	b.WriteString(columns)
	text := strings.Repeat("ü", 199)
	for i := range 9_999 { // 400 bytes in each of four texts come to 16 MiB
		fmt.Fprintf(&b, "%s,%05d%s,1,8,,0,1,%[1]s,%[4]s\n", text, i, text[:2*194], text[:2*195])
	}
	csv := b.String()
	if len(csv) < 15<<20 || len(csv) > protocol.MaxImport {
		t.Fatalf("%d bytes", len(csv))
	}
	h.send("POST", "/api/games/import/csv?mode=replace", token, csv, "Content-Type", "text/csv").want(t, 200, "", "")
	games, err := h.hub.Games(t.Context(), protocol.GameFilter{})
	if err != nil || len(games) != 9_999 {
		t.Fatalf("%d games, %v", len(games), err)
	}
	a := h.rest("games.export", token, nil)
	a.want(t, 200, "", "")
	if a.header.Get("Content-Length") != "" {
		t.Error("a large file leaves while it is written, without its length")
	}
	again := h.send("POST", "/api/games/import/csv?mode=replace", token, string(a.body), "Content-Type", "text/csv")
	again.want(t, 200, "", "")
	if o := again.object(t); o["count"] != 9_999.0 || o["added"] != 0.0 || o["updated"] != 0.0 || o["removed"] != 0.0 {
		t.Errorf("its own export changes the catalogue: %s", again.body)
	}
	h.send("POST", "/api/games/import/csv", token, params{"csvData": columns + charades, "mode": "append"}).want(t, 200, "", "")
	h.send("POST", "/api/games/import/csv", token, params{"csvData": columns + "House,One more,2,8,,0,1,,\n"}).want(t, 400, "invalid", "The catalogue holds at most 10000 games")
}

// TestHistorySurvivesReplacingImport: games that are replaced keep id, plays and votes; those
// that are taken away stay in the sessions that played them.
func TestHistorySurvivesReplacingImport(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened() // plays game 1
	token := h.admin()
	h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	h.rest("sessions.games.add", token, params{"id": session, "game_id": 2}).want(t, 201, "", "")
	first := h.games("")
	var one, two protocol.Game
	for _, g := range first {
		switch g.ID {
		case 1:
			one = g
		case 2:
			two = g
		}
	}
	file := columns + fmt.Sprintf("%s,\"%s\",%d,77,,0,1,,\n", one.PackName, one.Title, one.MinPlayers)
	h.rest("games.import", token, params{"csvData": file, "mode": "replace"}).want(t, 200, "", "")
	left := h.games("")
	if len(left) != 1 || left[0].ID != 1 || left[0].MaxPlayers != 77 || left[0].PlayCount != 1 || left[0].Upvotes != 1 || left[0].CreatedAt != one.CreatedAt {
		t.Errorf("%+v", left)
	}
	played := h.rest("sessions.games", "", params{"id": session})
	if !strings.Contains(string(played.body), `"title":"`+two.Title+`"`) {
		t.Errorf("%s", played.body)
	}
	h.rest("games.get", "", params{"id": 2}).want(t, 404, "not_found", "")
	h.rest("sessions.games.add", token, params{"id": session, "game_id": 2}).want(t, 404, "not_found", "Game not found")
}

// TestKeyOfImport: whichever way it comes, the same key gives the first answer.
func TestKeyOfImport(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	first := h.send("POST", "/api/games/import/csv?mode=append", token, columns+charades, "Content-Type", "text/csv", "Idempotency-Key", "k")
	first.want(t, 200, "", "")
	h.rest("games.delete", token, params{"id": 73}).want(t, 200, "", "")
	again := h.rest("games.import", token, params{"csvData": columns + charades, "mode": "append"}, "Idempotency-Key", "k")
	if again.want(t, 200, "", ""); string(again.body) != string(first.body) || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s, then %s", first.body, again.body)
	}
	h.send("POST", "/api/games/import/csv?mode=replace", token, columns+charades, "Content-Type", "text/csv", "Idempotency-Key", "k").
		want(t, http.StatusConflict, "key_reused", "")
	if n := len(h.titles("")); n != 72 {
		t.Errorf("%d games: it was imported again", n)
	}
}
