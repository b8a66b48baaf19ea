package oracle_test

import (
	"encoding/json"
	"testing"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

func TestTalliesAreCheckedAgainstTheEvents(t *testing.T) {
	for name, c := range map[string]struct {
		see   func(show func(last, seq protocol.Seq, up, down int64))
		words string // "" for none
	}{
		"sound":          {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 2, 2, 0); show(2, 4, 3, 1) }, ""},
		"the same twice": {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 2, 2, 0); show(2, 2, 2, 0) }, ""},
		"too many":       {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 4, 4, 1) }, "tally of seq 4 says"},
		"late":           {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 4, 2, 0) }, "tally of seq 4 says"},
		"backwards":      {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 4, 3, 1); show(4, 2, 2, 0) }, "tally of seq 2 after 4"},
		"two of one seq": {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 4, 3, 1); show(0, 4, 3, 2) }, "two tallies of seq 4 differ"},
		"no game at all": {func(show func(last, seq protocol.Seq, up, down int64)) { show(0, 4, -1, 0) }, "tally of seq 4 says"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun()
			for range 4 {
				r.cast() // three thumbs up, then one down
			}
			r.show(1, 2, 3, 4)
			tallies := oracle.NewTallies(r.events, r.findings)
			c.see(func(last, seq protocol.Seq, up, down int64) {
				tallies.See("screen", last, seq, tally(seq, up, down))
			})
			tallies.Check()
			if c.words == "" {
				r.wantNone(t)
			} else {
				r.wantFinding(t, c.words)
			}
		})
	}
}

// tally encodes a tally message; without a game when up is negative.
func tally(seq protocol.Seq, up, down int64) []byte {
	m := protocol.Tally{Type: protocol.MessageTally, SessionID: session, Seq: seq}
	if up >= 0 {
		m.Games = []protocol.TallyGame{{ID: game, Totals: protocol.NewTotals(up, down), SessionUpvotes: up, SessionDownvotes: down}}
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}

func TestTallyThatIsNoJSONIsFound(t *testing.T) {
	r := newRun()
	oracle.NewTallies(r.events, r.findings).See("screen", 0, 1, []byte(`{"type":"tally"`))
	r.wantFinding(t, "unexpected end")
}
