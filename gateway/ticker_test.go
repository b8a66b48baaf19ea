package gateway_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"partyline/protocol"
)

// tickerVote is a vote for the game of a ticker, by default of Ann and now.
func tickerVote(ticker any, more params) params {
	p := params{"username": "ann", "vote": "up", "timestamp": now(), "ticker": ticker}
	for field, v := range more {
		p[field] = v
	}
	return p
}

// TestTickerVoteCountsForTheTickersGame: a vote with a ticker used to count for the game being
// played, and the vote was on disk (T1 of the clients of the reference).
func TestTickerVoteCountsForTheTickersGame(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened() // game 1 is being played
	token := h.admin()
	k := h.dial()
	k.auth(token)
	k.say(params{"type": "subscribe", "sessionId": session})
	k.hearType("subscribed")
	old := params{"timestamp": "2024-01-15T12:00:00Z"} // the time is not matched
	for i, send := range []func(p params) answer{
		func(p params) answer { return h.rest("votes.live", token, p) },
		func(p params) answer { return k.request("votes.live", p) },
	} {
		p := tickerVote([]string{"qpl3", "QPL3"}[i], params{"username": fmt.Sprint("voter", i)})
		if i == 0 {
			p["timestamp"] = old["timestamp"]
		}
		a := send(p)
		a.want(t, 200, "", "")
		game := a.object(t)["game"].(map[string]any)
		if game["id"] != 31.0 || game["title"] != "Quiplash 3" || game["upvotes"] != float64(i+1) {
			t.Errorf("%s", a.body)
		}
		event := k.hearType("vote.received")
		if told := event["data"].(map[string]any)["game"].(map[string]any); told["id"] != 31.0 || told["title"] != "Quiplash 3" {
			t.Errorf("%v", event)
		}
		send(p).want(t, 409, "duplicate_vote", "")
		send(tickerVote("NONE", nil)).want(t, 404, "not_found", "Unknown ticker: NONE")
		send(tickerVote("no ticker", nil)).want(t, 404, "not_found", "Unknown ticker: NO TICKER")
		send(tickerVote(7, nil)).want(t, 400, "invalid", "ticker must be a string")
		send(tickerVote(strings.Repeat("x", 65), nil)).want(t, 400, "invalid", "ticker must be 0 to 64 characters")
	}
	for name, none := range map[string]any{"bob": nil, "cyd": ""} {
		if a := h.rest("votes.live", token, tickerVote(none, params{"username": name})); a.object(t)["game"].(map[string]any)["id"] != 1.0 {
			t.Errorf("without a ticker: %s", a.body)
		}
	}
	var votes protocol.SessionVotes
	if err := json.Unmarshal(h.rest("sessions.votes", token, params{"id": session}).body, &votes); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(votes.Votes, func(a, b protocol.GameVotes) int { return int(a.GameID - b.GameID) })
	if len(votes.Votes) != 2 || votes.Votes[0].Upvotes != 2 || votes.Votes[1].GameID != 31 || votes.Votes[1].Upvotes != 2 {
		t.Errorf("%+v", votes)
	}
}

// A batch finds each vote's game, and refuses those of unknown tickers by themselves.
func TestTickersInABatch(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	at := now()
	vote := func(name string, more params) params {
		p := params{"username": name, "vote": "up", "timestamp": at}
		for field, v := range more {
			p[field] = v
		}
		return p
	}
	a := h.rest("votes.batch", h.admin(), params{"votes": []any{
		vote("ann", params{"ticker": "qpl3"}), vote("ann", nil), vote("ann", params{"ticker": "TMP2"}), vote("ann", params{"ticker": "QPL3"}),
		vote("ann", params{"ticker": "NONE"}), vote("ann", params{"ticker": "ydkj"}), vote("bob", params{"ticker": "YDKJ"}), vote("bob", nil),
	}})
	a.want(t, 200, "", "")
	var got protocol.BatchResult
	if err := json.Unmarshal(a.body, &got); err != nil {
		t.Fatal(err)
	}
	type row struct {
		status int
		game   protocol.GameID
	}
	// Game 1, which is being played, is YDKJ: its ticker and the time are one vote.
	want := []row{{200, 31}, {200, 1}, {200, 26}, {409, 0}, {404, 0}, {409, 0}, {200, 1}, {409, 0}}
	for i, r := range got.Results {
		if r.Status != want[i].status || r.GameID != want[i].game {
			t.Errorf("vote %d: %+v, want %+v", i, r, want[i])
		}
	}
	if r := got.Results[4]; r.Error != "Unknown ticker: NONE" || r.Code != protocol.CodeNotFound {
		t.Errorf("%+v", r)
	}
}

// Chat logs, lists and exports have votes by ticker; the export has no session game for them.
func TestTickersInChatAndExport(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.admin()
	line := func(name, message string) params {
		return params{"username": name, "message": message, "timestamp": now()}
	}
	log := params{"id": session, "chatData": []any{line("ann", "omg QPL3++ and c++ and lol--"), line("bob", "thisgame++, tmp2--!"), line("cyd", "(qpl3--)")}}
	a := h.rest("sessions.chat_import", token, log)
	a.want(t, 200, "", "")
	var got protocol.ChatResult
	if err := json.Unmarshal(a.body, &got); err != nil {
		t.Fatal(err)
	}
	if got.VotesProcessed != 4 || got.VotesByGame[31] != (protocol.ChatGameVotes{Title: "Quiplash 3", Upvotes: 1, Downvotes: 1}) ||
		got.VotesByGame[26].Downvotes != 1 || got.VotesByGame[1].Upvotes != 1 {
		t.Errorf("%s", a.body)
	}
	if again := h.rest("sessions.chat_import", token, log).object(t); again["votesProcessed"] != 0.0 || again["duplicatesSkipped"] != 4.0 {
		t.Errorf("the same log again: %v", again)
	}
	if g := h.rest("games.get", "", params{"id": 31}).object(t); g["upvotes"] != 1.0 || g["downvotes"] != 1.0 || g["play_count"] != 0.0 {
		t.Errorf("the game's totals: %v", g)
	}
	for filter, want := range map[protocol.GameID]float64{0: 4, 31: 2, 26: 1, 1: 1} {
		p := params{"session_id": session}
		if filter != 0 {
			p["game_id"] = filter
		}
		page := h.rest("votes.list", "", p).object(t)
		if total := page["pagination"].(map[string]any)["total"]; total != want || len(page["votes"].([]any)) != int(want) {
			t.Errorf("game %d: %v votes, want %v", filter, total, want)
		}
	}
	var exported protocol.SessionExport
	if err := json.Unmarshal(h.rest("sessions.export", token, params{"id": session, "format": "json"}).body, &exported); err != nil {
		t.Fatal(err)
	}
	if len(exported.Votes) != 4 || len(exported.Totals) != 3 {
		t.Errorf("%d votes, totals %+v", len(exported.Votes), exported.Totals)
	}
	for _, v := range exported.Votes {
		if (v.SessionGameID == nil) != (v.GameID != 1) {
			t.Errorf("%+v", v)
		}
	}
}
