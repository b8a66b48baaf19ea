package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

func TestReport(t *testing.T) {
	moment := func(s string) protocol.Timestamp {
		at, err := protocol.ParseTimestamp(s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	at := func(s string) *protocol.Timestamp { m := moment(s); return &m }
	text := func(s string) *string { return &s }
	players := func(n int) *int { return &n }
	game := func(id protocol.GameID, title string, status protocol.PlayStatus, players *int) protocol.SessionGame {
		return protocol.SessionGame{GameID: id, Title: title, PackName: "Party Pack 7", Status: status, PlayerCount: players}
	}
	tally := func(id protocol.GameID, up, down int64) protocol.GameVotes {
		return protocol.GameVotes{GameID: id, Upvotes: up, Downvotes: down}
	}
	const start = "2024-01-15T19:00:00Z"
	for name, c := range map[string]struct {
		export protocol.SessionExport
		want   string
	}{
		"nothing yet": {protocol.SessionExport{Session: protocol.Session{ID: 3, CreatedAt: moment(start), IsActive: true}},
			"Game night of Monday, 15 January 2024 (session 3)\nFrom 19:00 UTC on, 0 games, 0 votes\n"},
		"an evening": {protocol.SessionExport{
			Session: protocol.Session{ID: 3, CreatedAt: moment(start), ClosedAt: at("2024-01-15T23:12:59Z"), Notes: text("  Friday\nin the barn\n")},
			Games: []protocol.SessionGame{
				game(1, "Quiplash 3", protocol.StatusPlayed, players(6)), game(2, "Drawful\n1. Mine", protocol.StatusSkipped, nil),
				game(1, "Quiplash 3", protocol.StatusSkipped, nil), game(4, "Earwax", protocol.StatusPlayed, players(1)),
			},
			Totals: []protocol.GameVotes{tally(1, 11, 2), tally(9, 4, 0), tally(4, 0, 1)}},
			"Game night of Monday, 15 January 2024 (session 3)\nFriday\nin the barn\n19:00 to 23:12 UTC, 3 games, 14 votes\n\n" +
				"1. Quiplash 3 (Party Pack 7): +9 (+11/-2), 6 players, played 2 times\n" +
				"2. Drawful 1. Mine (Party Pack 7): +0 (+0/-0), skipped\n" +
				"3. Earwax (Party Pack 7): -1 (+0/-1), 1 player\n\nFavourite: Quiplash 3 (+9)\n"},
		"past midnight, two favourites": {protocol.SessionExport{
			Session: protocol.Session{ID: 3, CreatedAt: moment("2024-12-31T19:00:00Z"), ClosedAt: at("2025-01-01T02:30:00Z"), Notes: text(" ")},
			Games:   []protocol.SessionGame{game(1, "A", protocol.StatusPlayed, nil), game(2, "B", protocol.StatusPlayed, nil), game(3, "C", protocol.StatusPlayed, nil)},
			Totals:  []protocol.GameVotes{tally(2, 3, 0), tally(1, 4, 1), tally(3, 1, 0)}},
			"Game night of Tuesday, 31 December 2024 (session 3)\n19:00 to 1 January 02:30 UTC, 3 games, 9 votes\n\n" +
				"1. A (Party Pack 7): +3 (+4/-1)\n2. B (Party Pack 7): +3 (+3/-0)\n3. C (Party Pack 7): +1 (+1/-0)\n\nFavourite: A, B (+3)\n"},
		"nobody liked it": {protocol.SessionExport{
			Session: protocol.Session{ID: 3, CreatedAt: moment(start), ClosedAt: at(start)},
			Games:   []protocol.SessionGame{game(1, "A", protocol.StatusPlayed, nil)},
			Totals:  []protocol.GameVotes{tally(1, 0, 1)}},
			"Game night of Monday, 15 January 2024 (session 3)\n19:00 to 19:00 UTC, 1 game, 1 vote\n\n1. A (Party Pack 7): -1 (+0/-1)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, sessionReport(&c.export)); d != "" {
				t.Error(d)
			}
		})
	}
}
