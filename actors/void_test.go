package actors_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// pressFrom votes as a device that came in from an address with the present code.
func (e *fixture) pressFrom(address protocol.AddressID, device protocol.DeviceID, thumb protocol.VoteType) {
	e.t.Helper()
	do[*protocol.GuestVoteAccepted](e.t, e.hub, &protocol.CastGuestVote{SessionID: e.session, Generation: 1, Device: device, Address: address, Username: device.String(), Vote: thumb})
}

// TestVoidedVotesAreRemovedEverywhere: from totals, history and exports, before and after a
// restart, from snapshots and from the log alone.
func TestVoidedVotesAreRemovedEverywhere(t *testing.T) {
	const hall, attacker = protocol.AddressID(1<<32 | 1), protocol.AddressID(2<<32 | 1)
	e := newFixture(t)
	e.invite(protocol.OpenJoin{Policy: protocol.PolicyLatest})
	if _, err := e.vote("chat", "up"); err != nil {
		t.Fatal(err)
	}
	before := e.standing()
	for device := range protocol.DeviceID(30) {
		e.pressFrom(attacker, device+100, "up")
		e.pressFrom(attacker, device+100, "down")
	}
	e.pressFrom(hall, 1, "up")
	e.pressFrom(hall, 2, "down")
	e.pressFrom(hall, 2, "up")
	answer := do[protocol.VoidedVotes](t, e.hub, protocol.VoidVotes{ID: e.session, Address: attacker.String()})
	if answer.Devices != 30 || answer.Votes != 30 {
		t.Errorf("%+v", answer)
	}
	e.pressFrom(hall, 1, "down")
	for _, again := range []func(){func() {}, e.restart, e.restartFromTheLog} {
		again()
		// What the hall did: one up and one down, the latter in place of an up.
		now := e.standing()
		if up, down := now.up-before.up, now.down-before.down; up != 1 || down != 1 {
			t.Errorf("+%d -%d", up, down)
		}
		e.wantHistory("0000000000000001 down", "0000000000000002 up", "chat up")
		_, votes := exported(t, e.hub, e.session)
		counted := map[protocol.VoteType]int{}
		for _, v := range votes {
			if v.Voided {
				continue
			}
			counted[v.VoteType]++
			if v.Replaced != "" {
				counted[v.Replaced]--
			}
		}
		if diff := cmp.Diff(map[protocol.VoteType]int{"up": 2, "down": 1}, counted); diff != "" || len(votes) != 65 {
			t.Errorf("the export has %d votes: %s", len(votes), diff)
		}
		list, err := e.hub.Addresses(t.Context(), e.session)
		if err != nil || len(list.Addresses) != 2 || list.Addresses[0].Voided != 30 || list.Addresses[0].Votes != 0 || list.Addresses[1].Votes != 2 {
			t.Errorf("%+v, %v", list, err)
		}
	}
	if _, err := e.hub.Addresses(t.Context(), 99); codeOf(err) != protocol.CodeNotFound {
		t.Error(err)
	}
}

// standing is the totals of the fixture's game over all sessions.
func (e *fixture) standing() (n struct{ up, down int64 }) {
	e.t.Helper()
	games, err := e.hub.SessionGames(e.t.Context(), protocol.SessionPart{ID: e.session})
	if err != nil {
		e.t.Fatal(err)
	}
	n.up, n.down = games.Rows[0].Upvotes, games.Rows[0].Downvotes
	return n
}

// wantHistory checks the whole vote history of the session, the newest first, page by page.
func (e *fixture) wantHistory(want ...string) {
	e.t.Helper()
	var got []string
	for page := 1; ; page++ {
		p, err := e.hub.Votes(e.t.Context(), protocol.VoteFilter{SessionID: e.session, Page: page, Limit: 2})
		if err != nil {
			e.t.Fatal(err)
		}
		if p.Pagination.Total != int64(len(want)) {
			e.t.Errorf("the history has %d votes", p.Pagination.Total)
		}
		for _, v := range p.Votes {
			got = append(got, v.Username+" "+string(v.VoteType))
		}
		if int64(page) >= p.Pagination.TotalPages {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		e.t.Errorf("history (-want +got):\n%s", diff)
	}
}
