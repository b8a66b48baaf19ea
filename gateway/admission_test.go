package gateway_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"partyline/actors"
	"partyline/gateway"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// announced tells of each question and command before it goes to the hub.
type announced struct {
	gateway.Hub
	begun chan struct{}
}

func (h announced) SessionVotes(ctx context.Context, id protocol.SessionID) (protocol.SessionVotes, error) {
	h.begun <- struct{}{}
	return h.Hub.SessionVotes(ctx, id)
}

func (h announced) Do(ctx context.Context, c actors.Call) (any, error) {
	h.begun <- struct{}{}
	return h.Hub.Do(ctx, c)
}

func (h announced) Enter(ctx context.Context, id protocol.SessionID, code string, device protocol.DeviceID) (protocol.GuestState, error) {
	h.begun <- struct{}{}
	return h.Hub.Enter(ctx, id, code, device)
}

// TestReadsOfStrangersLeaveCapacityForOthers for the host, for bots and for phones, while
// the disk is slow and everything that reads the session waits behind its commits.
func TestReadsOfStrangersLeaveCapacityForOthers(t *testing.T) {
	t.Parallel()
	const places, strangers, readers = 16, 2, 10 // two of the places are strangers'
	j, begun := memory.New(memory.Options{}), make(chan struct{}, 100)
	h := newTestServerWith(t, j, func(o *actors.Options) { o.MaxInFlight = places },
		func(o *gateway.Options) { o.Hub = announced{o.Hub, begun} })
	session, _ := h.opened()
	admin, bot, viewer, phone := h.admin(), h.scoped(protocol.RoleBot, 0), h.scoped(protocol.RoleViewer, 0), h.guest(session, 0xb)
	code := h.rest("sessions.join.open", admin, params{"id": session}).text(t, "code")
	socket := h.dial()
	socket.auth(h.guest(session, 0xa))
	told := make(chan string, 100)
	hear := func() string {
		t.Helper()
		select {
		case got := <-told:
			return got
		case <-time.After(patience):
			t.Fatal("no answer")
			return ""
		}
	}
	ask := func(who, op, token string, p params) {
		go func() { told <- fmt.Sprint(who, " ", h.rest(op, token, p).status) }()
	}

	j.Hold()
	at := protocol.TimestampOf(time.Now())
	h.hub.Go(actors.Call{Command: &protocol.CastVote{Username: "ann", Vote: protocol.VoteUp, Timestamp: at.VoteTimestamp()}}, func(any, *protocol.Error) {})
	for range readers {
		ask("reader", "sessions.votes", "", params{"id": session})
	}
	for range readers - strangers {
		if got := hear(); got != "reader 503" {
			t.Fatal(got)
		}
	}
	socket.request("sessions.votes", params{"id": session}).want(t, 503, protocol.CodeOverloaded, "") // a guest who reads is a stranger

	for len(begun) > 0 {
		<-begun
	}
	ask("host", "sessions.votes", admin, params{"id": session})
	ask("bot", "votes.live", bot, params{"username": "bob", "vote": "up", "timestamp": at.String(), "sessionId": session})
	ask("screen", "sessions.votes", viewer, params{"id": session})
	ask("phone", "join.vote", phone, params{"vote": "up"})
	ask("new phone", "join.enter", "", params{"code": code})
	const others = 5
	for range others {
		<-begun
	}
	socket.request("sessions.votes", params{"id": session}).want(t, 503, protocol.CodeOverloaded, "") // and the others are inside by now
	j.Release()
	for range strangers + others {
		if got := hear(); got[len(got)-3:] != "200" {
			t.Error(got)
		}
	}
}
