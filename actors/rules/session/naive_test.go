package session_test

import (
	"testing"

	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// naive keeps every playing and every vote in lists and looks through all of them.
type naive struct {
	plays []naivePlay
	votes []naiveVote
}

type naivePlay struct {
	game    protocol.GameID
	at      protocol.Timestamp
	removed bool
}

type naiveVote struct {
	name   string
	at     protocol.Timestamp
	game   protocol.GameID
	ticker bool
}

// playing is the number of the playing that was on, 0 for none.
func (m *naive) playing(ts protocol.Timestamp) (best int) {
	for i, p := range m.plays {
		if !p.removed && p.at <= ts && (best == 0 || p.at > m.plays[best-1].at) {
			best = i + 1
		}
	}
	return best
}

// judge is the vote as it counts, of the playing n, or the code of its refusal. ticker is the
// game that it names, 0 for none.
func (m *naive) judge(name string, ticker protocol.GameID, ts, now protocol.Timestamp) (counted naiveVote, n int, code protocol.Code) {
	if ts > now+60000 {
		return counted, 0, protocol.CodeInvalid
	}
	n = m.playing(ts)
	on := protocol.GameID(0)
	if n > 0 {
		on = m.plays[n-1].game
	}
	counted = naiveVote{name: name, at: ts, game: on}
	if ticker != 0 {
		counted.game, counted.ticker, n = ticker, true, 0
	}
	if counted.game == 0 {
		return counted, 0, protocol.CodeNotFound
	}
	for _, v := range m.votes {
		if d := v.at - ts; v.name != name || d <= -1000 || d >= 1000 {
			continue
		}
		// Votes by the time are one whatever is on; others are one when they are for one game.
		if !v.ticker && !counted.ticker || v.ticker && v.game == counted.game || !v.ticker && on == counted.game {
			return counted, 0, protocol.CodeDuplicateVote
		}
	}
	return counted, n, ""
}

// tickerOf is the game that a vote names, 0 for none.
func tickerOf(v *protocol.CastVote) protocol.GameID {
	if v.Game == nil {
		return 0
	}
	return v.Game.ID
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
				if game := rapid.IntRange(-3, 4).Draw(t, "ticker"); game > 0 {
					votes[i] = *tickerVote(votes[i].Username, protocol.VoteUp, protocol.GameID(game), ts)
				}
			}
			return votes
		}
		t.Repeat(map[string]func(*rapid.T){
			"wait": func(t *rapid.T) { e.now += protocol.Timestamp(rapid.IntRange(0, 4000).Draw(t, "ms")) },
			"add": func(t *rapid.T) {
				game := protocol.GameID(rapid.IntRange(1, 3).Draw(t, "game"))
				answer, _, err := e.do(add(game))
				if err != nil {
					t.Fatal(err)
				}
				m.plays = append(m.plays, naivePlay{game: game, at: answer.(protocol.SessionGame).PlayedAt})
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
	counted, want, code := m.judge(v.Username, tickerOf(v), v.Timestamp.Timestamp(), e.now)
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
	m.wantVote(t, castFact(facts[0]), counted, want)
	m.votes = append(m.votes, counted)
}

// wantVote fails unless the fact is that vote, for the playing n or, by ticker, for none.
func (m *naive) wantVote(t *rapid.T, f *fact.VoteCast, want naiveVote, n int) {
	id := play(n)
	if want.ticker {
		id = 0
	}
	if f.Play != id || f.Game != want.game {
		t.Fatalf("counted for %d, game %d; want %d, %+v", f.Play, f.Game, id, want)
	}
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
		counted, want, code := m.judge(v.Username, tickerOf(&v), v.Timestamp.Timestamp(), now)
		if got := result.Results[i]; got.Code != code {
			t.Fatalf("vote %d of the batch: %+v, want code %q", i, got, code)
		}
		if code != "" {
			continue
		}
		f := castFact(facts[accepted])
		m.wantVote(t, f, counted, want)
		if result.Results[i].GameID != f.Game || result.Results[i].Status != 200 {
			t.Fatalf("vote %d of the batch: %+v, %+v, want playing %d", i, result.Results[i], f, want)
		}
		accepted++
		m.votes = append(m.votes, counted)
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
		m.plays = []naivePlay{{game: 1, at: noon}}
		e.now = noon + 600*second
		// Halves of a second, give or take a millisecond: what matters happens there.
		halves := rapid.SliceOfN(rapid.IntRange(0, 600), 1, 200).Draw(t, "halves")
		for _, n := range halves {
			ms := max(0, 500*n+rapid.IntRange(-1, 1).Draw(t, "off"))
			m.check(t, e, vote("ann", protocol.VoteDown, noon+protocol.Timestamp(ms)))
		}
	})
}
