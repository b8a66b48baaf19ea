package session_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// pressed is the fact of a guest's thumb for game n, the n-th playing.
func pressed(n int, device protocol.DeviceID, thumb, replaced protocol.VoteType, at protocol.Timestamp) *fact.VoteCast {
	return &fact.VoteCast{At: at, Timestamp: at, Play: play(n), Game: protocol.GameID(n), Type: thumb, Username: "Ann", Device: device, Replaced: replaced}
}

// seeing is a thumb of a phone that shows the n-th playing.
func seeing(n int, c *protocol.CastGuestVote) *protocol.CastGuestVote {
	shown := *c
	shown.GameID = play(n)
	return &shown
}

// ofGeneration is a thumb of a guest that came in with an earlier or later code.
func ofGeneration(g protocol.JoinGeneration, c *protocol.CastGuestVote) *protocol.CastGuestVote {
	other := *c
	other.Generation = g
	return &other
}

func withPolicy(p protocol.JoinPolicy, more ...protocol.Command) commands {
	return append(commands{open(), invite(p), add(1)}, more...)
}

const (
	outside = "Joining was closed or its code renewed; enter the code that the screen shows now"
	over    = "That game is over, another one is being played now"
	nothing = "No game is being played right now"
	again   = "This device has voted for this game already"
)

func TestGuestsVote(t *testing.T) {
	runRules(t, []rule{
		{name: "for what is being played", given: withPolicy("", add(2)), when: guest(0xa, "down"), then: facts{pressed(2, 0xa, "down", "", noon+4*second)}},
		{name: "for what they see", given: withPolicy(""), when: seeing(1, guest(0xa, "up")), then: facts{pressed(1, 0xa, "up", "", noon+3*second)}},
		{name: "for what is played again", given: withPolicy("", add(2), status(1, protocol.StatusPlaying)), when: guest(0xa, "up"),
			then: facts{pressed(1, 0xa, "up", "", noon+5*second)}},
		{name: "late", given: withPolicy("", add(2)), when: seeing(1, guest(0xa, "up")), code: protocol.CodeConflict, says: over},
		{name: "for what is not there", given: withPolicy(""), when: seeing(9, guest(0xa, "up")), code: protocol.CodeConflict, says: over},
		{name: "for nothing", given: commands{open(), invite("")}, when: guest(0xa, "up"), code: protocol.CodeConflict, says: nothing},
		{name: "for what has been skipped", given: withPolicy("", status(1, protocol.StatusSkipped)), when: seeing(1, guest(0xa, "up")),
			code: protocol.CodeConflict, says: nothing},
		{name: "for what was removed", given: withPolicy("", remove(1)), when: guest(0xa, "up"), code: protocol.CodeConflict, says: nothing},
		{name: "sideways", given: withPolicy(""), when: guest(0xa, "sideways"), code: protocol.CodeInvalid, says: `vote must be either "up" or "down"`},
		{name: "before joining was open", given: commands{open(), add(1)}, when: guest(0xa, "up"), code: protocol.CodeForbidden, says: outside},
		{name: "without a generation", given: withPolicy(""), when: ofGeneration(0, guest(0xa, "up")), code: protocol.CodeForbidden, says: outside},
		{name: "of a generation to come", given: withPolicy(""), when: ofGeneration(2, guest(0xa, "up")), code: protocol.CodeForbidden, says: outside},
		{name: "after joining was closed", given: withPolicy("", shut), when: guest(0xa, "up"), code: protocol.CodeForbidden, says: outside},
		{name: "without a generation after joining was closed", given: withPolicy("", shut), when: ofGeneration(0, guest(0xa, "up")),
			code: protocol.CodeForbidden, says: outside},
		{name: "with an old code", given: withPolicy("", another("", true)), when: guest(0xa, "up"), code: protocol.CodeForbidden, says: outside},
		{name: "with the new code", given: withPolicy("", another("", true)), when: ofGeneration(2, guest(0xa, "up")),
			then: facts{pressed(1, 0xa, "up", "", noon+4*second)}},
		{name: "after the evening", given: withPolicy("", closeIt), when: guest(0xa, "up"), code: protocol.CodeForbidden, says: outside},
		{name: "in no session", when: guest(0xa, "up"), code: protocol.CodeNotFound, says: "Session not found"},
	})
}

func TestLateGuestsLearnWhatIsBeingPlayed(t *testing.T) {
	e := newEvening()
	e.must(t, withPolicy("", add(2))...)
	_, _, err := e.do(seeing(1, guest(0xa, "up")))
	if err == nil || err.Details["gameId"] != play(2) {
		t.Errorf("%+v", err)
	}
}

func TestPolicyEvery(t *testing.T) {
	up, down := guest(0xa, "up"), guest(0xa, "down")
	runRules(t, []rule{
		{name: "the same thumb counts again", given: withPolicy("every", up), when: up, then: facts{pressed(1, 0xa, "up", "", noon+4*second)}},
		{name: "the other thumb counts too", given: withPolicy("every", up), when: down, then: facts{pressed(1, 0xa, "down", "", noon+4*second)}},
	})
	for _, c := range []struct {
		name  string
		given commands
		after protocol.Timestamp
		code  protocol.Code
	}{
		{"within a second", withPolicy("every", up), 999, protocol.CodeDuplicateVote},
		{"after a second", withPolicy("every", up), 1000, ""},
		{"after the clock was set back by an hour", withPolicy("every", up), -3600 * second, ""},
		{"after the clock was set back by less than a second", withPolicy("every", up), -999, protocol.CodeDuplicateVote},
		{"within a second of the one before the game", withPolicy("every", up, add(2)), 999, protocol.CodeDuplicateVote},
		{"of another phone", withPolicy("every", guest(0xb, "up")), 0, ""},
		{"of somebody of that name", withPolicy("every", vote("Ann", "up", noon)), 0, ""},
	} {
		e := newEvening()
		e.must(t, c.given...) // all at noon
		e.now += c.after
		_, made, err := e.do(down)
		if code := codeOf(err); code != c.code || (code == "") != (len(made) == 1) {
			t.Errorf("%s: %v, %d facts", c.name, err, len(made))
		}
	}
}

func TestPolicyLatest(t *testing.T) {
	up, down := guest(0xa, "up"), guest(0xa, "down")
	later := noon + 4*second
	runRules(t, []rule{
		{name: "a change of mind takes the first back", given: withPolicy("latest", up), when: down, then: facts{pressed(1, 0xa, "down", "up", later)}},
		{name: "the same thumb changes nothing", given: withPolicy("latest", up), when: up},
		{name: "back again", given: withPolicy("latest", up, down), when: up, then: facts{pressed(1, 0xa, "up", "down", later+second)}},
		{name: "another phone takes nothing back", given: withPolicy("latest", up), when: guest(0xb, "down"), then: facts{pressed(1, 0xb, "down", "", later)}},
		{name: "another game has its own", given: withPolicy("latest", up, add(2)), when: down, then: facts{pressed(2, 0xa, "down", "", later+second)}},
		{name: "a game that is played again has its own", given: withPolicy("latest", up, add(1)), when: down,
			then: facts{&fact.VoteCast{At: later + second, Timestamp: later + second, Play: play(2), Game: 1, Type: "down", Username: "Ann", Device: 0xa}}},
		{name: "a playing that goes on remembers", given: withPolicy("latest", up, add(2), down, status(1, protocol.StatusPlaying)), when: down,
			then: facts{pressed(1, 0xa, "down", "up", later+3*second)}},
		{name: "votes by name are not taken back", given: withPolicy("latest", vote("Ann", "up", noon+2500)), when: down,
			then: facts{pressed(1, 0xa, "down", "", later)}},
		{name: "a phone that comes in again is the same", given: withPolicy("latest", up, another("", true)), when: ofGeneration(2, guest(0xa, "down")),
			then: facts{pressed(1, 0xa, "down", "up", later+second)}},
	})
}

func TestPolicyOnce(t *testing.T) {
	up, down := guest(0xa, "up"), guest(0xa, "down")
	later := noon + 4*second
	runRules(t, []rule{
		{name: "the other thumb", given: withPolicy("once", up), when: down, code: protocol.CodeDuplicateVote, says: again},
		{name: "the same thumb", given: withPolicy("once", up), when: up, code: protocol.CodeDuplicateVote, says: again},
		{name: "another phone", given: withPolicy("once", up), when: guest(0xb, "up"), then: facts{pressed(1, 0xb, "up", "", later)}},
		{name: "the next game", given: withPolicy("once", up, add(2)), when: down, then: facts{pressed(2, 0xa, "down", "", later+second)}},
		{name: "after a renewal", given: withPolicy("once", up, another("", true)), when: ofGeneration(2, up), code: protocol.CodeDuplicateVote, says: again},
	})
}

// TestAChangeOfPolicyHoldsForWhatComes: of many votes of one phone only the newest is
// taken back.
func TestAChangeOfPolicyHoldsForWhatComes(t *testing.T) {
	e := newEvening()
	for _, cmd := range withPolicy("every", guest(0xa, "up"), guest(0xa, "up"), guest(0xa, "up"), another("latest", false), guest(0xa, "down")) {
		e.must(t, cmd)
		e.now += second
	}
	if g := e.Tallies()[0]; g.SessionUpvotes != 2 || g.SessionDownvotes != 1 {
		t.Errorf("counted %+v", g)
	}
	e.must(t, another("once", false))
	if _, _, err := e.do(guest(0xa, "up")); codeOf(err) != protocol.CodeDuplicateVote {
		t.Error(err)
	}
}

func TestGuestsAndNamesDoNotMeet(t *testing.T) {
	e := newEvening()
	e.must(t, withPolicy("every", guest(0xa, "up"))...)
	e.must(t, vote("Ann", "up", noon), guest(0xb, "up"), &protocol.CastVotes{Votes: []protocol.CastVote{*vote("ann", "down", noon+second)}})
	if g := e.Tallies()[0]; g.SessionUpvotes != 3 || g.SessionDownvotes != 1 {
		t.Errorf("counted %+v", g)
	}
}

func TestGuestVoteAnswers(t *testing.T) {
	e := newEvening()
	e.must(t, withPolicy("latest", guest(0xb, "up"))...)
	want := &protocol.GuestVoteAccepted{
		VoteAccepted: protocol.VoteAccepted{
			Success: true, Message: "Vote recorded successfully",
			Session: protocol.VoteAcceptedSession{ID: 3, GamesPlayed: 1},
			Game:    protocol.VoteAcceptedGame{ID: 1, Title: "Game 1", Totals: protocol.NewTotals(12, 1)},
			Vote:    protocol.Vote{Username: "Ann", Type: "up", Timestamp: noon},
		},
		Counted: true, Yours: protocol.YourVote{GameID: play(1), Vote: "up", Timestamp: noon},
	}
	says := func(when protocol.Command) {
		t.Helper()
		if diff := cmp.Diff(any(want), e.must(t, when)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	says(guest(0xa, "up"))
	e.now += second
	want.Message, want.Counted = "Your vote is unchanged", false
	says(guest(0xa, "up"))
	want.Message, want.Counted = "Vote changed successfully", true
	want.Vote = protocol.Vote{Username: "Ann", Type: "down", Timestamp: noon + second, Replaced: "up"}
	want.Game.Totals, want.Yours = protocol.NewTotals(11, 2), protocol.YourVote{GameID: play(1), Vote: "down", Timestamp: noon + second}
	says(guest(0xa, "down"))
}

// TestGuestsAgainstANaiveModel: phones press and change their minds while games and
// policies change; the totals are those of a list of the votes that stand.
func TestGuestsAgainstANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, m := newEvening(), &ballots{}
		for _, cmd := range withPolicy("latest") {
			if _, _, err := e.do(cmd); err != nil {
				t.Fatal(err)
			}
		}
		m.policy, m.games = "latest", 1
		t.Repeat(map[string]func(*rapid.T){
			"wait": func(t *rapid.T) { e.now += protocol.Timestamp(rapid.IntRange(0, 1500).Draw(t, "ms")) },
			"add": func(t *rapid.T) {
				if _, _, err := e.do(add(protocol.GameID(rapid.IntRange(1, 2).Draw(t, "game")))); err != nil {
					t.Fatal(err)
				}
				m.games++
				m.playing = m.games
			},
			"again": func(t *rapid.T) {
				n := rapid.IntRange(1, m.games).Draw(t, "n")
				if _, _, err := e.do(status(n, protocol.StatusPlaying)); err != nil {
					t.Fatal(err)
				}
				m.playing = n
			},
			"policy": func(t *rapid.T) {
				m.policy = rapid.SampledFrom([]protocol.JoinPolicy{"every", "latest", "once"}).Draw(t, "policy")
				if _, _, err := e.do(another(m.policy, false)); err != nil {
					t.Fatal(err)
				}
			},
			"press": func(t *rapid.T) { m.press(t, e) },
			"void":  func(t *rapid.T) { m.void(t, e) },
			"": func(t *rapid.T) {
				if diff := cmp.Diff(m.count(e), e.Tallies()); diff != "" {
					t.Fatalf("tallies (-naive +got):\n%s", diff)
				}
			},
		})
	})
}

// ballots is what guests pressed: every vote that stands.
type ballots struct {
	policy  protocol.JoinPolicy
	games   int // playings so far
	playing int // 0 is the first
	stand   []ballot
	// met are the devices that have voted, with whether they were voided since; rounds are
	// the addresses that were voided, one after the other.
	met    map[protocol.DeviceID]bool
	rounds []protocol.AddressTarget
}

// home is where a device comes from in this model: two in a hall, one beside it.
func home(device protocol.DeviceID) protocol.AddressID {
	return protocol.NewAddressID(hallSite, uint32(device%2))
}

// void takes back what one of the addresses has voted, or both.
func (m *ballots) void(t *rapid.T, e *evening) {
	target := protocol.AddressTarget{Address: home(protocol.DeviceID(rapid.IntRange(1, 2).Draw(t, "address")))}
	if rapid.Bool().Draw(t, "wide") {
		target = protocol.AddressTarget{Address: protocol.NewAddressID(hallSite, 0), WholeNetwork: true}
	}
	known, fresh := false, 0
	for device, voided := range m.met {
		if target.Matches(home(device)) {
			known = true
			if !voided {
				fresh++
				m.met[device] = true
			}
		}
	}
	answer, _, err := e.do(voidIt(target.String()))
	if (err == nil) != known || known && answer.(protocol.VoidedVotes).Devices != fresh {
		t.Fatalf("%+v, %v; want %d devices", answer, err, fresh)
	}
	if fresh > 0 {
		m.rounds = append(m.rounds, target)
	}
	m.stand = slices.DeleteFunc(m.stand, func(b ballot) bool { return m.met[b.device] })
}

// barred says whether a device that came in after so many voids may not vote.
func (m *ballots) barred(device protocol.DeviceID, voids int) bool {
	if voided, met := m.met[device]; met {
		return voided
	}
	return slices.ContainsFunc(m.rounds[voids:], func(r protocol.AddressTarget) bool { return r.Matches(home(device)) })
}

type ballot struct {
	device protocol.DeviceID
	n      int
	up     bool
	at     protocol.Timestamp
}

func (m *ballots) press(t *rapid.T, e *evening) {
	device := protocol.DeviceID(rapid.IntRange(1, 9).Draw(t, "device"))
	voids := rapid.IntRange(0, len(m.rounds)).Draw(t, "voids")
	b := ballot{device: device, n: max(1, m.playing), up: rapid.Bool().Draw(t, "up"), at: e.now}
	thumb := map[bool]protocol.VoteType{true: "up", false: "down"}[b.up]
	want, newest := protocol.Code(""), -1
	for i, s := range m.stand {
		if s.device == device && m.policy == protocol.PolicyEvery && b.at < s.at+second {
			want = protocol.CodeDuplicateVote
		}
		if s.device == device && s.n == b.n {
			newest = i
		}
	}
	if newest >= 0 && m.policy == protocol.PolicyOnce {
		want = protocol.CodeDuplicateVote
	}
	if m.barred(device, voids) {
		want = protocol.CodeForbidden
	}
	c := from(home(device), device, thumb)
	c.VoidCount = uint32(voids)
	_, made, err := e.do(c)
	if codeOf(err) != want {
		t.Fatalf("refused with %v, want %q", err, want)
	}
	if want != "" || m.policy == protocol.PolicyLatest && newest >= 0 && m.stand[newest].up == b.up {
		if len(made) > 0 {
			t.Fatalf("%+v was made of nothing new", made[0])
		}
		return
	}
	if m.met == nil {
		m.met = map[protocol.DeviceID]bool{}
	}
	m.met[device] = false
	if m.policy == protocol.PolicyLatest && newest >= 0 {
		m.stand = append(m.stand[:newest:newest], m.stand[newest+1:]...)
	}
	m.stand = append(m.stand, b)
}

// count is what the tallies should be.
func (m *ballots) count(e *evening) []protocol.TallyGame {
	want := []protocol.TallyGame{}
	for _, id := range firsts(e.Played()) {
		g := protocol.TallyGame{ID: id}
		for _, b := range m.stand {
			switch {
			case e.Played()[b.n-1] != id:
			case b.up:
				g.SessionUpvotes++
			default:
				g.SessionDownvotes++
			}
		}
		g.Totals = protocol.NewTotals(10*int64(id)+g.SessionUpvotes, int64(id)+g.SessionDownvotes)
		want = append(want, g)
	}
	return want
}

// firsts are the different ones, in order.
func firsts(ids []protocol.GameID) (list []protocol.GameID) {
	seen := map[protocol.GameID]bool{}
	for _, id := range ids {
		if !seen[id] {
			list = append(list, id)
		}
		seen[id] = true
	}
	return list
}
