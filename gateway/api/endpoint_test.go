package api

import (
	"testing"

	"partyline/actors/admission"
	"partyline/gateway/limit"
	"partyline/protocol"
)

func TestEveryOperationHasOneHandler(t *testing.T) {
	h := New(Options{Requests: limit.NewRequests(limit.Rates{})})
	rows := []protocol.Operation{{Op: "a.b", Method: "GET", Path: "/a/{id}/b/{name}"}}
	none := map[string]handler{}
	if _, err := joinEndpoints(rows, none); err == nil {
		t.Error("a row without a handler")
	}
	extra := map[string]handler{"a.b": h.health, "c.d": h.health}
	if _, err := joinEndpoints(rows, extra); err == nil {
		t.Error("a handler without a row")
	}
	if all, err := joinEndpoints(rows, map[string]handler{"a.b": h.health}); err != nil || len(all["a.b"].params) != 2 {
		t.Error(all, err)
	}
}

// TestGuestsVotesBySocketAreNotCharged: they have limits of their own.
func TestGuestsVotesBySocketAreNotCharged(t *testing.T) {
	games, health, votes := &Endpoint{}, &Endpoint{}, &Endpoint{ReadVote: readVote}
	games.Op, health.Op, votes.Op = "games.list", "health.get", "join.vote"
	guest, bot := protocol.Principal{Role: protocol.RoleGuest}, protocol.Principal{Role: protocol.RoleBot}
	for _, c := range []struct {
		name    string
		cost    *limit.Cost
		charged bool
	}{
		{"a guest", games.ChargedBySocket(guest), true},
		{"a guest's vote by REST", votes.Charged(), true},
		{"a guest's vote", votes.ChargedBySocket(guest), false},
		{"a bot's vote", votes.ChargedBySocket(bot), true},
		{"a probe", health.Charged(), false},
		{"a probe by socket", health.ChargedBySocket(bot), false},
	} {
		if charged := c.cost != nil; charged != c.charged {
			t.Errorf("%s: charged %v", c.name, charged)
		}
	}
}

// TestLimitTableMatchesAdmission: the table of limits says what the hub does.
func TestLimitTableMatchesAdmission(t *testing.T) {
	if limit.InFlight.Most != admission.DefaultLimit {
		t.Errorf("the table says %d, the hub takes %d", limit.InFlight.Most, admission.DefaultLimit)
	}
}
