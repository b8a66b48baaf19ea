package session_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

func cast(n int, game protocol.GameID, at, ts protocol.Timestamp) *fact.VoteCast {
	return &fact.VoteCast{At: at, Timestamp: ts, Play: play(n), Game: game, Type: protocol.VoteUp, Username: "ann"}
}

// at is Ann's vote at a time after noon.
func at(ts protocol.Timestamp) protocol.Command { return vote("ann", protocol.VoteUp, noon+ts) }

const (
	noSession = "No active session found"
	noGames   = "No games have been played in the active session yet"
	noMatch   = "Vote timestamp does not match any game in the active session"
	twice     = "Duplicate vote detected (within 1 second of previous vote)"
)

func TestVotes(t *testing.T) {
	two := commands{open(), add(1), add(2)} // at noon+1 s and noon+2 s; the vote comes at noon+3 s
	runRules(t, []rule{
		{name: "belongs to what is playing", given: two, when: at(3000), then: facts{cast(2, 2, noon+3000, noon+3000)}},
		{name: "belongs to the game of its time", given: two, when: at(1999), then: facts{cast(1, 1, noon+3000, noon+1999)}},
		{name: "a game begins with its millisecond", given: two, when: at(2000), then: facts{cast(2, 2, noon+3000, noon+2000)}},
		{name: "before the first game", given: two, when: at(999), code: protocol.CodeNotFound, says: noMatch},
		{name: "a skipped game was seen", given: commands{open(), add(1), add(2), status(2, protocol.StatusSkipped)}, when: at(2500),
			then: facts{cast(2, 2, noon+4000, noon+2500)}},
		{name: "a removed game was not", given: commands{open(), add(1), add(2), remove(2)}, when: at(2500),
			then: facts{cast(1, 1, noon+4000, noon+2500)}},
		{name: "no games", given: commands{open()}, when: at(0), code: protocol.CodeNotFound, says: noGames},
		{name: "all games removed", given: commands{open(), add(1), remove(1)}, when: at(3000), code: protocol.CodeNotFound, says: noGames},
		{name: "closed", given: commands{open(), add(1), closeIt}, when: at(1500), code: protocol.CodeNotFound, says: noSession},
		{name: "a minute ahead", given: two, when: at(63000), then: facts{cast(2, 2, noon+3000, noon+63000)}},
		{name: "more than a minute ahead", given: two, when: at(63001),
			code: protocol.CodeInvalid, says: "timestamp must not be more than 60 seconds in the future"},
		{name: "no thumb", given: two, when: vote("ann", "sideways", noon), code: protocol.CodeInvalid, says: `vote must be either "up" or "down"`},
		{name: "no time", given: two, when: &protocol.CastVote{Username: "ann", Vote: "up"},
			code: protocol.CodeInvalid, says: "Missing required fields: username, vote, timestamp"},
	})
}

func TestDuplicates(t *testing.T) {
	voted := commands{open(), add(1), at(5000)}
	refused := rule{given: voted, code: protocol.CodeDuplicateVote, says: twice}
	for name, cmd := range map[string]protocol.Command{
		"same again":           at(5000),
		"just before":          at(4001),
		"just after":           at(5999),
		"the other thumb":      vote("ann", protocol.VoteDown, noon+5500),
		"other case":           vote("ANN", protocol.VoteUp, noon+5000),
		"space around":         vote("\u2003 ann\u00a0", protocol.VoteUp, noon+5000),
		"same in a later game": at(5000),
	} {
		r := refused
		r.when = cmd
		if strings.Contains(name, "later") {
			r.given = append(commands{}, append(voted, add(2))...)
		}
		t.Run(name, r.run)
	}
	for name, ts := range map[string]protocol.Timestamp{"a second before": 4000, "a second after": 6000} {
		t.Run(name, rule{given: voted, when: at(ts), then: facts{cast(1, 1, noon+3000, noon+ts)}}.run)
	}
	between := append(commands{}, append(voted, at(7000))...)
	t.Run("a second from both", rule{given: between, when: at(6000), then: facts{cast(1, 1, noon+4000, noon+6000)}}.run)
}

func TestNamesAreTheSameWhenUnicodeFoldsThem(t *testing.T) {
	for _, pair := range [][2]string{
		{"Straße", "STRAẞE"}, {"kelvin", "\u212aELVIN"}, {"ſam", "SAM"}, {"ΣΑΣ", "σας"}, {"Ⱥb", "ⱥB"}, {"ǅ", "ǆ"}, // the same
		{"straße", "strasse"}, {"i", "İ"}, {"ann", "anne"}, {"a n", "an"}, {"é", "e\u0301"}, // not
	} {
		checkSame(t, pair[0], pair[1])
	}
}

func TestNamesFoldAsEqualFold(t *testing.T) {
	letter := rapid.SampledFrom([]rune("aAbBkK\u212asSſßẞσςΣǄǅǆiIıİéÉ\u0301ⱥȺ \u2003\u00a0漢😀"))
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.Custom(func(t *rapid.T) string {
			return "x" + string(rapid.SliceOfN(letter, 1, 3).Draw(t, "letters"))
		})
		checkSame(t, name.Draw(t, "a"), name.Draw(t, "b"))
	})
}

// checkSame wants the second name refused as a duplicate of the first exactly when
// they are equal under folding.
func checkSame(t rapid.TB, a, b string) {
	t.Helper()
	e := newEvening()
	for _, cmd := range (commands{open(), add(1), vote(a, protocol.VoteUp, noon)}) {
		if _, _, err := e.do(cmd); err != nil {
			t.Fatalf("%q: %v", a, err)
		}
	}
	_, _, err := e.do(vote(b, protocol.VoteUp, noon))
	got := err != nil && err.Code == protocol.CodeDuplicateVote
	if err != nil && !got {
		t.Fatalf("%q: %v", b, err)
	}
	if want := strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)); got != want {
		t.Errorf("%q and %q are the same: %v, want %v", a, b, got, want)
	}
}
