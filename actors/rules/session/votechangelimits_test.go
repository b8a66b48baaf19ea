package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// from is a thumb of a phone that came in from an address.
func from(address protocol.AddressID, device protocol.DeviceID, thumb protocol.VoteType) *protocol.CastGuestVote {
	c := guest(device, thumb)
	c.Address = address
	return c
}

// TestADevicesFirstVoteTellsItsAddress, be it a thumb or a choice, and no other one does.
func TestADevicesFirstVoteTellsItsAddress(t *testing.T) {
	e := newEvening()
	e.must(t, open(), invite(""), add(1), poll(1, 2))
	told := func(cmd protocol.Command) protocol.AddressID {
		t.Helper()
		_, facts, err := e.do(cmd)
		if err != nil || len(facts) != 1 {
			t.Fatal(facts, err)
		}
		switch f := facts[0].(type) {
		case *fact.VoteCast:
			return f.Address
		case *fact.PollVoted:
			return f.Address
		}
		t.Fatalf("%T", facts[0])
		return 0
	}
	choice := func(address protocol.AddressID, device protocol.DeviceID, n int) protocol.Command {
		c := tapped(device, n).(*protocol.CastPollVote)
		c.Address = address
		return c
	}
	got := []protocol.AddressID{
		told(from(5, 0xa, "up")), told(from(5, 0xa, "down")), told(from(6, 0xa, "up")), told(choice(7, 0xa, 1)),
		told(choice(7, 0xb, 1)), told(choice(8, 0xb, 2)), told(from(8, 0xb, "up")),
		told(from(0, 0xc, "up")), told(from(9, 0xc, "down")), // a token of ffa9881 knows none
		told(choose("ann", 1)),
	}
	if diff := cmp.Diff([]protocol.AddressID{5, 0, 0, 0, 7, 0, 0, 0, 0, 0}, got); diff != "" {
		t.Error(diff)
	}
}

// TestADeviceChangesItsMindSoOften and not more, for each playing and poll anew.
func TestADeviceChangesItsMindSoOften(t *testing.T) {
	thumbs := []protocol.VoteType{"up", "down"}
	for _, c := range []struct {
		policy protocol.JoinPolicy
		most   int
		press  func(e *evening, n int) *protocol.Error
		code   protocol.Code
		says   string
	}{
		{"latest", 20, func(e *evening, n int) *protocol.Error { _, _, err := e.do(guest(0xa, thumbs[n%2])); return err },
			protocol.CodeDuplicateVote, "This device has changed its vote 20 times and cannot change it again"},
		{"every", 100, func(e *evening, n int) *protocol.Error { _, _, err := e.do(guest(0xa, "up")); return err },
			protocol.CodeDuplicateVote, "This device has voted 100 more times for this game, which is the limit"},
		{"latest", 20, func(e *evening, n int) *protocol.Error { _, _, err := e.do(tapped(0xa, n%2+1)); return err },
			protocol.CodeDuplicateVote, "This device has changed its vote 20 times and cannot change it again"},
	} {
		e, long := newEvening(), poll(1, 2)
		long.Seconds = ptr(3600)
		e.must(t, open(), invite(c.policy), add(1), long)
		until := func() int {
			for n := range c.most + 10 {
				e.now += second / 100
				if c.policy == "every" {
					e.now += second
				}
				if err := c.press(e, n); err != nil {
					if err.Code != c.code || err.Message != c.says || err.Details["limit"] != c.most {
						t.Errorf("%v", err)
					}
					return n
				}
			}
			return -1
		}
		if n := until(); n != c.most+1 {
			t.Errorf("%s: %d votes count, want %d", c.policy, n, c.most+1)
		}
		again := session.New(3)
		if err := again.Restore(e.AppendSnapshot(nil)); err != nil {
			t.Fatal(err)
		}
		sameDecision(t, e.State, again, guest(0xa, "down"), e.now+second)
		sameDecision(t, e.State, again, tapped(0xa, 1), e.now)
		sameDecision(t, e.State, again, tapped(0xa, 2), e.now)
		e.must(t, guest(0xb, "up"), tapped(0xb, 1), add(2), closePoll(0), long) // other devices, and what comes next
		if n := until(); n != c.most+1 {
			t.Errorf("%s: %d votes count for the next, want %d", c.policy, n, c.most+1)
		}
	}
}

// TestASiteChangesSoManyVotes: beyond it first votes count still, of its own devices and
// of others, and after a restart it is as before.
func TestASiteChangesSoManyVotes(t *testing.T) {
	const here, beside, elsewhere = 1<<32 | 1, 1<<32 | 2, 2<<32 | 1
	e := newEvening()
	e.must(t, open(), invite("latest"), add(1))
	// What the site has used up stands in the facts of many devices and playings.
	for n := range protocol.MaxNetworkExtraVotes / 20 {
		device := protocol.DeviceID(n + 1000)
		for i := range 21 {
			f := &fact.VoteCast{At: e.now, Timestamp: e.now, Play: play(1), Game: 1, Type: []protocol.VoteType{"up", "down"}[i%2], Username: "x", Device: device}
			if i == 0 {
				f.Address = here
			} else {
				f.Replaced = []protocol.VoteType{"down", "up"}[i%2]
			}
			e.Apply(f, 9)
		}
	}
	e.must(t, add(2))
	again := session.New(3)
	if err := again.Restore(e.AppendSnapshot(nil)); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*evening{e, {State: again, now: e.now, moment: e.moment}} {
		h.must(t, from(here, 1000, "up"), from(beside, 0xb, "up"), from(elsewhere, 0xc, "up"), from(elsewhere, 0xc, "down"), from(0, 0xd, "up"), from(0, 0xd, "down"))
		for _, device := range []protocol.DeviceID{1000, 0xb} {
			_, _, err := h.do(guest(device, "down"))
			if err == nil || err.Code != protocol.CodeConflict || err.Details["limit"] != protocol.MaxNetworkExtraVotes ||
				err.Message != "The devices behind this address have changed 200000 votes in this session; only first votes count now" {
				t.Errorf("%s: %v", device, err)
			}
		}
		h.must(t, guest(0xb, "up")) // it stands already
	}
}
