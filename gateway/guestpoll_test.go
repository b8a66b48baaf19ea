package gateway_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// TestPhonesVoteInAPoll: each device has one vote, whatever it calls itself and whomever
// it claims to be, and changes its mind with another token too.
func TestPhonesVoteInAPoll(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once")
	p.rest("sessions.poll.start", p.admins, params{"id": p.session, "game_ids": []int{1, 2, 3}, "seconds": 3600}).want(t, 201, "", "")
	ann, device := p.phone("Ann")
	other, _ := p.phone("ann")
	choose := func(token string, with params) {
		t.Helper()
		with["id"] = p.session
		p.rest("sessions.poll.vote", token, with).want(t, 200, "", "")
	}
	choose(ann, params{"choice": 1})
	p.wantBallots(1, 0, 0)
	choose(other, params{"choice": 2, "username": "Ann"})
	p.wantBallots(1, 1, 0)
	choose(p.admins, params{"choice": 2, "username": "ANN"})
	p.wantBallots(1, 2, 0)
	again := p.rest("join.enter", "", params{"code": p.code, "name": "Annie", "device": device})
	again.want(t, 200, "", "")
	choose(again.text(t, "token"), params{"choice": 3})
	p.wantBallots(0, 2, 1)
	p.open(params{"renew": true})
	p.rest("sessions.poll.vote", ann, params{"id": p.session, "choice": 1}).want(t, 403, "", "")
	p.wantBallots(0, 2, 1)
}

// TestPhoneVotesInPollBySocket: the same by a request frame.
func TestPhoneVotesInPollBySocket(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	p.rest("sessions.poll.start", p.admins, params{"id": p.session, "game_ids": []int{1, 2, 3}, "seconds": 3600}).want(t, 201, "", "")
	token, _ := p.phone("Ann")
	k := p.dial()
	k.auth(token)
	k.request("sessions.poll.vote", params{"id": p.session, "choice": 3}).want(t, 200, "", "")
	p.wantBallots(0, 0, 1)
}

// TestReturningPhoneGetsItsChoice by REST and by a request frame,
// until the poll is over; somebody else is told nothing.
func TestReturningPhoneGetsItsChoice(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	token, device := p.phone("Ann")
	k := p.dial()
	k.auth(token)
	wantChosen := func(want any, device string) {
		t.Helper()
		for _, a := range []answer{
			p.rest("join.enter", "", params{"code": p.code, "device": device}),
			k.request("join.enter", params{"code": p.code, "device": device}),
		} {
			a.want(t, 200, "", "")
			if diff := cmp.Diff(want, a.object(t)["chosen"]); diff != "" {
				t.Errorf("%s\n%s", a.body, diff)
			}
		}
	}
	p.rest("sessions.poll.start", p.admins, params{"id": p.session, "game_ids": []int{1, 2, 3}, "seconds": 3600}).want(t, 201, "", "")
	poll := float64(protocol.NewPollID(protocol.SessionID(p.session), 1))
	p.rest("sessions.poll.vote", token, params{"id": p.session, "choice": 3}).want(t, 200, "", "")
	wantChosen(map[string]any{"pollId": poll, "choice": 3.0}, device)
	_, other := p.phone("Ann")
	wantChosen(nil, other)
	p.rest("sessions.poll.end", p.admins, params{"id": p.session}).want(t, 200, "", "")
	wantChosen(nil, device)
}

// wantBallots checks how the session's poll stands.
func (p *party) wantBallots(votes ...int64) {
	p.t.Helper()
	poll, err := p.hub.Poll(p.t.Context(), protocol.SessionID(p.session))
	if err != nil {
		p.t.Fatal(err)
	}
	for i, want := range votes {
		if got := poll.Candidates[i].Votes; got != want {
			p.t.Errorf("%d votes for %d, want %d", got, i+1, want)
		}
	}
}
