package contract_test

import (
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/actors"
	"partyline/protocol"
)

// joined has a phone join session 1, which is opened if there is none.
func (h *testServer) joined() (code string) {
	h.t.Helper()
	if h.ask("sessions.get", params{"id": 1}).status == 404 {
		h.ask("sessions.create", nil).want(201)
	}
	return h.joins(1)
}

// joins has a phone join a session.
func (h *testServer) joins(session int) (code string) {
	h.t.Helper()
	a := h.ask("sessions.join.open", params{"id": session})
	a.want(200)
	code = a.text("code")
	in := h.ask("join.enter", params{"code": code, "name": "Ann"}, "Authorization", "")
	in.want(200)
	h.guest = in.text("token")
	return code
}

// guestOf is the token of a phone that has joined a session with its first code.
func guestOf(h *testServer, session int, device protocol.DeviceID) string {
	h.t.Helper()
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "guest", "epoch": h.journal.Epoch().ID, "name": "Ann", "sessionId": session,
		"sub": device.String(), "generation": 1, "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(jwtSecret))
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// guestErrors causes every status of the operations for joining and guests.
func guestErrors(h *testServer) {
	h.t.Helper()
	h.ask("sessions.join.void", params{"id": 9, "address": "00000001"}).want(404)
	for _, op := range []string{"sessions.join.open", "sessions.join.get", "sessions.join.close", "sessions.join.addresses"} {
		h.ask(op, params{"id": "x"}).want(400)
		h.ask(op, params{"id": 9}).want(404)
	}
	h.ask("sessions.create", nil).want(201)
	h.ask("sessions.join.get", params{"id": 1}).want(200)
	h.ask("sessions.join.open", params{"id": 1, "policy": "never"}).want(400)
	h.ask("join.enter", params{"name": "Ann"}).want(400)
	h.ask("join.enter", params{"code": "QRX7F2", "name": strings.Repeat("x", 101)}).want(400)
	h.ask("join.enter", params{"code": "QRX7F2"}).want(404)
	h.joined()
	h.ask("join.vote", params{"vote": "sideways"}).want(400)
	h.ask("join.vote", params{"vote": "up", "gameId": -1}).want(400)
	h.ask("join.vote", params{"vote": "up"}).want(409) // nothing is being played
	h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	h.changeTooOften()
	h.voids()
	h.joined() // each phone may press five times
	h.ask("join.vote", params{"vote": "up", "gameId": 10001}).want(200)
	h.ask("join.vote", params{"vote": "up"}).want(200)
	h.ask("join.vote", params{"vote": "down"}).want(200)
	h.ask("join.vote", params{"vote": "up", "gameId": 10002}).want(409)
	h.policy("once")
	h.ask("join.vote", params{"vote": "up"}).want(409)
	h.ask("join.vote", params{"vote": "up"}).want(429)
	h.joined()
	h.policy("every")
	h.ask("join.vote", params{"vote": "up"}).want(200)
	h.ask("join.vote", params{"vote": "up"}).want(409)
	for range 3 {
		h.ask("sessions.poll.vote", params{"id": 1, "choice": 1}, "Authorization", "Bearer "+h.guest).want(409) // there is none
	}
	h.ask("sessions.poll.vote", params{"id": 1, "choice": 1}, "Authorization", "Bearer "+h.guest).want(429)
	h.ask("sessions.join.get", params{"id": 1}).want(200)
	h.ask("sessions.join.close", params{"id": 1}).want(200)
	h.ask("join.vote", params{"vote": "up"}).want(403)
	h.ask("sessions.close", params{"id": 1}).want(200)
	h.ask("sessions.join.open", params{"id": 1}).want(400)
	h.ask("sessions.join.void", params{"id": 1, "address": "0000000000000000"}).want(400)
}

// voter is a phone that has voted, device f of the network 00000001.
func (h *testServer) voter() {
	h.t.Helper()
	vote := &protocol.CastGuestVote{SessionID: 1, Generation: 1, Device: 0xf, Address: 1<<32 | 1, Username: "Ann", Vote: "up"}
	if _, err := h.hub.Do(h.t.Context(), actors.Call{Command: vote}); err != nil {
		h.t.Fatal(err)
	}
}

// voids voids the votes of a phone and lets it vote again.
func (h *testServer) voids() {
	h.t.Helper()
	h.voter()
	h.ask("sessions.join.addresses", params{"id": 1}).want(200)
	h.ask("sessions.join.void", params{"id": 1, "address": "hall"}).want(400)
	h.ask("sessions.join.void", params{"id": 1, "address": "00000002"}).want(404)
	h.ask("sessions.join.void", params{"id": 1, "address": "00000001"}).want(200)
	h.ask("join.vote", params{"vote": "up"}, "Authorization", "Bearer "+guestOf(h, 1, 0xf)).want(403)
}

// changeTooOften changes a phone's vote up to the limit, for a game and in a poll.
func (h *testServer) changeTooOften() {
	h.t.Helper()
	h.ask("sessions.poll.start", params{"id": 1, "game_ids": []int{1, 2}}).want(201)
	for n := range protocol.MaxVoteChanges + 1 {
		for _, c := range []protocol.Command{
			&protocol.CastGuestVote{SessionID: 1, Generation: 1, Device: 0xe, Username: "Ann", Vote: []protocol.VoteType{"up", "down"}[n%2]},
			&protocol.CastPollVote{ID: 1, Generation: 1, Device: 0xe, Username: "Ann", Choice: n%2 + 1},
		} {
			if _, err := h.hub.Do(h.t.Context(), actors.Call{Command: c}); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	token := []string{"Authorization", "Bearer " + guestOf(h, 1, 0xe)}
	h.ask("join.vote", params{"vote": "down"}, token...).want(409)
	h.ask("sessions.poll.vote", params{"id": 1, "choice": 2}, token...).want(409)
	h.ask("sessions.poll.cancel", params{"id": 1}).want(200)
}

func (h *testServer) policy(p string) {
	h.t.Helper()
	h.ask("sessions.join.open", params{"id": 1, "policy": p}).want(200)
}

// guestLimits exceeds all limits of an address, here three phones and one vote.
func guestLimits(h *testServer) {
	h.t.Helper()
	code := h.joined()
	h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	from := []string{"X-Forwarded-For", "203.0.113.7", "Authorization", ""}
	device := ""
	for range 3 {
		in := h.ask("join.enter", params{"code": code}, from...)
		in.want(200)
		device = in.text("device")
	}
	h.ask("join.enter", params{"code": code}, from...).want(429)
	for range 5 {
		h.ask("join.enter", params{"code": code, "device": device}, from...).want(200)
	}
	h.ask("join.enter", params{"code": code, "device": device}, from...).want(429)
	for range 30 {
		h.ask("join.enter", params{"code": "222222"}, from...).want(404)
	}
	h.ask("join.enter", params{"code": code, "device": device}, from...).want(429)
	h.sendVotes(2)
}

// sendVotes sends a number of votes from one address; only the first of each phone changes
// anything, and the last is one too many.
func (h *testServer) sendVotes(votes int) {
	h.t.Helper()
	token := ""
	for n := range votes {
		if n%5 == 0 {
			token = "Bearer " + guestOf(h, 1, protocol.DeviceID(n+1))
		}
		want := 200
		if n == votes-1 {
			want = 429
		}
		h.ask("join.vote", params{"vote": "up"}, "Authorization", token, "X-Forwarded-For", "203.0.113.8").want(want)
	}
}
