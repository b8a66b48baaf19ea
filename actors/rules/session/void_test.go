package session_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// voidIt takes back the votes of an address, or of a site.
func voidIt(address string) protocol.Command { return protocol.VoidVotes{ID: 3, Address: address} }

const (
	hallSite, otherSite = 0x11111111, 0x22222222
	hall                = protocol.AddressID(hallSite<<32 | 1)
	hallToo             = protocol.AddressID(hallSite<<32 | 2)
	other               = protocol.AddressID(otherSite<<32 | 1)
)

// chosenFrom is a choice of a phone that came in from an address.
func chosenFrom(address protocol.AddressID, device protocol.DeviceID, n int) protocol.Command {
	c := tapped(device, n).(*protocol.CastPollVote)
	c.Address = address
	return c
}

// crowded is an evening of two games and a poll, in which phones of three addresses, and
// somebody in the chat, have voted and changed their minds.
func crowded(t testing.TB, policy protocol.JoinPolicy) *evening {
	t.Helper()
	e := newEvening()
	e.must(t, open(), invite(policy), add(1), poll(1, 2, 3), vote("ann", "up", noon))
	press := func(address protocol.AddressID, device protocol.DeviceID, thumb protocol.VoteType) {
		e.now += second
		e.must(t, from(address, device, thumb))
	}
	press(hall, 0xa, "up")
	press(hall, 0xb, "down")
	press(hall, 0xa, "down")
	press(other, 0xd, "up")
	press(hallToo, 0xc, "up")
	e.must(t, chosenFrom(hall, 0xa, 1), chosenFrom(other, 0xd, 2), choose("ann", 1), chosenFrom(hall, 0xe, 3), chosenFrom(hall, 0xe, 1))
	e.must(t, add(2))
	press(hall, 0xa, "up")
	press(other, 0xd, "down")
	return e
}

// numbers are the session's own votes of its games, and those in its poll.
func (e *evening) numbers() (all []int64) {
	for _, g := range e.Tallies() {
		all = append(all, g.SessionUpvotes, g.SessionDownvotes)
	}
	for _, c := range e.Poll(e.moment()).Candidates {
		all = append(all, c.Votes)
	}
	return all
}

func TestVotesOfAnAddressAreVoided(t *testing.T) {
	for _, c := range []struct {
		name    string
		policy  protocol.JoinPolicy
		address string
		answer  protocol.VoidedVotes
		numbers []int64 // up and down of each game, and of each candidate
	}{
		{"nothing yet", "latest", "", protocol.VoidedVotes{}, []int64{3, 2, 1, 1, 3, 1, 0}},
		{"an address", "latest", hall.String(), protocol.VoidedVotes{Devices: 3, Votes: 3}, []int64{3, 0, 0, 1, 1, 1, 0}},
		{"an address beside it", "latest", hallToo.String(), protocol.VoidedVotes{Devices: 1, Votes: 1}, []int64{2, 2, 1, 1, 3, 1, 0}},
		{"both, by their network", "latest", hall.Network().String(), protocol.VoidedVotes{Devices: 4, Votes: 4}, []int64{2, 0, 0, 1, 1, 1, 0}},
		{"another", "latest", other.String(), protocol.VoidedVotes{Devices: 1, Votes: 2}, []int64{2, 2, 1, 0, 3, 0, 0}},
		{"every press", "every", "", protocol.VoidedVotes{}, []int64{4, 2, 1, 1, 3, 1, 0}},
		{"every press of an address", "every", hall.String(), protocol.VoidedVotes{Devices: 3, Votes: 4}, []int64{3, 0, 0, 1, 1, 1, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := crowded(t, c.policy)
			if c.address != "" {
				c.answer.Message, c.answer.SessionID, c.answer.Address = "Votes voided successfully", 3, c.address
				if diff := cmp.Diff(c.answer, e.must(t, voidIt(c.address))); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
			if diff := cmp.Diff(c.numbers, e.numbers()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, replayed := session.New(3), session.New(3)
			if err := again.Restore(e.AppendSnapshot(nil)); err != nil {
				t.Fatal(err)
			}
			for i, f := range e.facts {
				stored, err := fact.Read(fact.Append(nil, f))
				if err != nil {
					t.Fatal(err)
				}
				replayed.Apply(stored, protocol.Seq(i+1))
			}
			for _, h := range []*session.State{again, replayed} {
				sameState(t, e.State, h, e.now)
				sameDecision(t, e.State, h, from(hall, 0xf, "up"), e.now)
				sameDecision(t, e.State, h, guest(0xa, "down"), e.now+second)
				sameDecision(t, e.State, h, voidIt(hall.Network().String()), e.now)
				if diff := cmp.Diff(e.Addresses(), h.Addresses()); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			}
		})
	}
}

const voidedSays = "The host has removed the votes of this device; it cannot vote in this session any more"

// TestWhoIsVoidedVotesNoMore: neither the devices that had voted, nor those that came in
// from there before and had not; who comes in later may.
func TestWhoIsVoidedVotesNoMore(t *testing.T) {
	e := crowded(t, "latest")
	entry, err := e.Enter("QRX7F2", 0xf)
	if err != nil || entry.VoidCount != 0 {
		t.Fatal(entry, err)
	}
	e.must(t, voidIt(hall.String()))
	later := func(c *protocol.CastGuestVote, voids uint32) *protocol.CastGuestVote {
		c.VoidCount = voids
		return c
	}
	refused := func(cmd protocol.Command) {
		t.Helper()
		_, _, err := e.do(cmd)
		if err == nil || err.Code != protocol.CodeForbidden || err.Message != voidedSays || err.Details["voided"] != true {
			t.Errorf("%v", err)
		}
	}
	refused(from(hall, 0xa, "up"))
	refused(later(from(hall, 0xa, "up"), 1)) // with another token
	refused(from(other, 0xa, "up"))          // or from elsewhere
	refused(chosenFrom(hall, 0xe, 2))
	refused(from(hall, 0xf, "up")) // it was kept back for later
	refused(chosenFrom(hall, 0xf, 2))
	e.must(t, from(hallToo, 0x10, "up"), from(other, 0xd, "up"), choose("ann", 2), vote("bob", "up", e.now))
	if entry, err = e.Enter("QRX7F2", 0xa); err != nil || entry.VoidCount != 1 || entry.Yours != nil || entry.Chosen != nil || !entry.HasVoted {
		t.Errorf("%+v, %v", entry, err)
	}
	e.must(t, later(from(hall, 0x11, "up"), entry.VoidCount))
	// Once more, for those who came since, and for its whole network.
	if a := e.must(t, voidIt(hall.String())).(protocol.VoidedVotes); a.Devices != 1 || a.Votes != 1 {
		t.Errorf("%+v", a)
	}
	refused(later(from(hall, 0x12, "up"), 1))
	e.must(t, later(from(hall, 0x12, "up"), 2))
	if a := e.must(t, voidIt(hall.Network().String())).(protocol.VoidedVotes); a.Devices != 3 || a.Votes != 3 {
		t.Errorf("%+v", a)
	}
	refused(later(from(hallToo, 0x13, "up"), 2))
	// Nothing is left of it: no fact.
	if _, facts, err := e.do(voidIt(hall.Network().String())); err != nil || len(facts) != 0 {
		t.Error(facts, err)
	}
}

func TestVoidsThatAreRefused(t *testing.T) {
	runRules(t, []rule{
		{name: "of nobody", given: commands{open(), invite(""), add(1), from(hall, 0xa, "up")}, when: voidIt(other.String()), code: protocol.CodeNotFound, says: "Address not found"},
		{name: "of no address", given: commands{open()}, when: voidIt("hall"), code: protocol.CodeInvalid, says: "address must be 16 hexadecimal digits, or the 8 of a network"},
		{name: "of the past", given: commands{open(), invite(""), add(1), from(hall, 0xa, "up"), closeIt}, when: voidIt(hall.String()),
			code: protocol.CodeSessionClosed, says: "Cannot void votes of a closed session"},
		{name: "of no session", when: voidIt(hall.String()), code: protocol.CodeNotFound, says: "Session not found"},
		{name: "not those of whom no address is known", given: commands{open(), invite(""), add(1), guest(0xa, "up")}, when: voidIt("0000000000000000"),
			then: facts{&fact.VotesVoided{At: noon + 4*second, Round: 1, Devices: []protocol.DeviceID{0xa}, Plays: []fact.VoidedPlay{{Play: play(1), Game: 1, Up: 1}}}}},
	})
}

// TestALargeVoidIsSeveralFacts of one round, each as large as a record may be.
func TestALargeVoidIsSeveralFacts(t *testing.T) {
	e := newEvening()
	e.must(t, open(), invite(""), add(1))
	const devices = 12_001
	for n := range devices {
		e.must(t, from(hall, protocol.DeviceID(n+1), "up"))
	}
	before := len(e.facts)
	if a := e.must(t, voidIt(hall.String())).(protocol.VoidedVotes); a.Devices != devices || a.Votes != devices {
		t.Errorf("%+v", a)
	}
	var sizes []int
	for _, f := range e.facts[before:] {
		v := f.(*fact.VotesVoided)
		sizes = append(sizes, len(v.Devices))
		if v.Round != 1 {
			t.Error("round", v.Round)
		}
		if n := len(fact.Append(nil, f)); n > 150_000 {
			t.Errorf("%d bytes", n)
		}
	}
	if diff := cmp.Diff([]int{5000, 5000, 2001}, sizes); diff != "" {
		t.Error(diff)
	}
	if g := e.Tallies()[0]; g.SessionUpvotes != 0 {
		t.Errorf("%d votes are left", g.SessionUpvotes)
	}
}

// TestTheNewestVotesAreShownWithoutVoidedOnes, also after a restart.
func TestTheNewestVotesAreShownWithoutVoidedOnes(t *testing.T) {
	e := newEvening()
	e.must(t, open(), invite(""), add(1), vote("ann", "up", noon), from(hall, 0xa, "up"), from(other, 0xb, "down"))
	again := newEvening()
	again.now = e.now
	if err := again.Restore(e.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*evening{e, again} {
		h.must(t, voidIt(hall.String()))
		latest := h.View(9, h.moment()).Latest
		if len(latest) != 2 || latest[0].Device != 0xb || latest[1].Username != "ann" {
			t.Errorf("%+v", latest)
		}
	}
}

// TestAddressesAreListed, those with the most devices first.
func TestAddressesAreListed(t *testing.T) {
	e := crowded(t, "latest")
	e.must(t, voidIt(hall.String()))
	at := func(s protocol.Timestamp) protocol.Timestamp { return noon + s*second }
	want := protocol.GuestAddresses{SessionID: 3, Total: 3, Addresses: []protocol.GuestAddress{
		{ID: "1111111100000001", Network: "11111111", Devices: 3, Voided: 3, FirstSeen: at(1), LastSeen: at(6)},
		{ID: "2222222200000001", Network: "22222222", Devices: 1, Votes: 2, FirstSeen: at(4), LastSeen: at(7)},
		{ID: "1111111100000002", Network: "11111111", Devices: 1, Votes: 1, FirstSeen: at(5), LastSeen: at(5)},
	}}
	if diff := cmp.Diff(want, e.Addresses()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for n := range protocol.AddressID(600) {
		e.must(t, from(1<<62|n, protocol.DeviceID(n+1000), "up"))
	}
	if got := e.Addresses(); got.Total != 603 || len(got.Addresses) != 500 || got.Addresses[0].Devices != 3 {
		t.Errorf("%d of %d, %+v", len(got.Addresses), got.Total, got.Addresses[0])
	}
	if none := newEvening().Addresses(); none.Addresses == nil || !slices.Equal(none.Addresses, []protocol.GuestAddress{}) {
		t.Errorf("%+v", none)
	}
}
