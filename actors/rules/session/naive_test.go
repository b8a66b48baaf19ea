package session_test

import (
	"testing"

	"pgregory.net/rapid"

	"partyline/protocol"
)

// naive keeps every playing and every vote in lists and looks through all of them.
type naive struct {
	plays []naivePlay
	votes []naiveVote
}

type naivePlay struct {
	at      protocol.Timestamp
	removed bool
}

type naiveVote struct {
	name string
	at   protocol.Timestamp
}

// judge is the number of the playing a vote belongs to, or the code of its refusal.
func (m *naive) judge(name string, ts, now protocol.Timestamp) (int, protocol.Code) {
	if ts > now+60000 {
		return 0, protocol.CodeInvalid
	}
	best := 0
	for i, p := range m.plays {
		if !p.removed && p.at <= ts && (best == 0 || p.at > m.plays[best-1].at) {
			best = i + 1
		}
	}
	if best == 0 {
		return 0, protocol.CodeNotFound
	}
	for _, v := range m.votes {
		if d := v.at - ts; v.name == name && -1000 < d && d < 1000 {
			return 0, protocol.CodeDuplicateVote
		}
	}
	return best, ""
}

// TestVotesAgainstANaiveModel: games come and go and votes arrive out of order, one
// by one, in batches or in chat logs; each is judged as by looking through everything there is.
func TestVotesAgainstANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, m := newEvening(), &naive{}
		if _, _, err := e.do(open()); err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"ann", "bob", "cy"})
		drawVotes := func(n int) []protocol.CastVote {
			votes := make([]protocol.CastVote, n)
			for i := range votes {
				ts := e.now + protocol.Timestamp(rapid.IntRange(-20000, 3000).Draw(t, "ts"))
				if rapid.IntRange(0, 20).Draw(t, "far") == 0 {
					ts = e.now + protocol.Timestamp(rapid.IntRange(59990, 60010).Draw(t, "ahead"))
				}
				votes[i] = *vote(name.Draw(t, "name"), protocol.VoteUp, ts)
			}
			return votes
		}
		t.Repeat(map[string]func(*rapid.T){
			"wait": func(t *rapid.T) { e.now += protocol.Timestamp(rapid.IntRange(0, 4000).Draw(t, "ms")) },
			"add": func(t *rapid.T) {
				answer, _, err := e.do(add(protocol.GameID(rapid.IntRange(1, 3).Draw(t, "game"))))
				if err != nil {
					t.Fatal(err)
				}
				m.plays = append(m.plays, naivePlay{at: answer.(protocol.SessionGame).PlayedAt})
			},
			"remove": func(t *rapid.T) {
				if len(m.plays) == 0 {
					return
				}
				n := rapid.IntRange(1, len(m.plays)).Draw(t, "n")
				if _, _, err := e.do(remove(n)); (err != nil) != m.plays[n-1].removed {
					t.Fatalf("removing %d: %v", n, err)
				}
				m.plays[n-1].removed = true
			},
			"import": func(t *rapid.T) { m.importing(t, e) },
			"vote":   func(t *rapid.T) { m.check(t, e, &drawVotes(1)[0]) },
			"batch":  func(t *rapid.T) { m.checkBatch(t, e, drawVotes(rapid.IntRange(1, 20).Draw(t, "size"))) },
		})
	})
}

func (m *naive) check(t *rapid.T, e *evening, v *protocol.CastVote) {
	want, code := m.judge(v.Username, v.Timestamp.Timestamp(), e.now)
	_, facts, err := e.do(v)
	var got protocol.Code
	if err != nil {
		got = err.Code
	}
	if got != code {
		t.Fatalf("refused with %q, want %q", got, code)
	}
	if code != "" {
		return
	}
	if f := castFact(facts[0]); f.Play != play(want) {
		t.Fatalf("counted for %d, want %d", f.Play, play(want))
	}
	m.votes = append(m.votes, naiveVote{v.Username, v.Timestamp.Timestamp()})
}

func (m *naive) checkBatch(t *rapid.T, e *evening, votes []protocol.CastVote) {
	now := e.now
	answer, facts, err := e.do(&protocol.CastVotes{SessionID: 3, Votes: votes})
	if err != nil {
		t.Fatal(err)
	}
	result := answer.(*protocol.BatchResult)
	accepted := 0
	for i, v := range votes {
		want, code := m.judge(v.Username, v.Timestamp.Timestamp(), now)
		if got := result.Results[i]; got.Code != code {
			t.Fatalf("vote %d of the batch: %+v, want code %q", i, got, code)
		}
		if code != "" {
			continue
		}
		if f := castFact(facts[accepted]); f.Play != play(want) || result.Results[i].GameID != f.Game || result.Results[i].Status != 200 {
			t.Fatalf("vote %d of the batch: %+v, %+v, want playing %d", i, result.Results[i], f, want)
		}
		accepted++
		m.votes = append(m.votes, naiveVote{v.Username, v.Timestamp.Timestamp()})
	}
	if result.Accepted != accepted || result.Rejected != len(votes)-accepted || len(facts) != accepted {
		t.Fatalf("%d facts, %+v; want %d accepted", len(facts), result, accepted)
	}
}

// TestDuplicatesAmongManyVotes: a name with many votes in any order, each
// judged as by looking through all of them.
func TestDuplicatesAmongManyVotes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, m := newEvening(), &naive{}
		for _, cmd := range (commands{open(), add(1)}) {
			if _, _, err := e.do(cmd); err != nil {
				t.Fatal(err)
			}
		}
		m.plays = []naivePlay{{at: noon}}
		e.now = noon + 600*second
		// Halves of a second, give or take a millisecond: what matters happens there.
		halves := rapid.SliceOfN(rapid.IntRange(0, 600), 1, 200).Draw(t, "halves")
		for _, n := range halves {
			ms := max(0, 500*n+rapid.IntRange(-1, 1).Draw(t, "off"))
			m.check(t, e, vote("ann", protocol.VoteDown, noon+protocol.Timestamp(ms)))
		}
	})
}
