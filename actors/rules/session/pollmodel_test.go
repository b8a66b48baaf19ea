package session_test

import (
	"testing"

	"pgregory.net/rapid"

	"partyline/protocol"
)

// naivePoll keeps who wants what in a map and counts all of it each time.
type naivePoll struct {
	ends  protocol.Timestamp
	games int
	wants map[string]int
}

func (m *naivePoll) votes() []int64 {
	votes := make([]int64, m.games)
	for _, choice := range m.wants {
		votes[choice-1]++
	}
	return votes
}

// TestPollsAgainstANaiveModel: polls begin, people vote and change their minds, time
// goes by; each poll stands as by counting what everybody wants.
func TestPollsAgainstANaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEvening()
		if _, _, err := e.do(open()); err != nil {
			t.Fatal(err)
		}
		var m *naivePoll // nil while none is open
		name := rapid.SampledFrom([]string{"ann", "bob", "cy", "dan", "漢"})
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { m.check(t, e) },
			"start": func(t *rapid.T) {
				games := []protocol.GameID{1, 2, 3, 4, 5, 6}[:rapid.IntRange(2, 6).Draw(t, "games")]
				_, _, err := e.do(poll(games...))
				if (err == nil) != (m == nil) {
					t.Fatal(err)
				}
				if m == nil {
					m = &naivePoll{ends: e.now + 60*second, games: len(games), wants: map[string]int{}}
				}
			},
			"wait": func(t *rapid.T) { e.now += protocol.Timestamp(rapid.IntRange(0, 25).Draw(t, "s")) * second },
			"vote": func(t *rapid.T) {
				who, choice := name.Draw(t, "name"), rapid.IntRange(1, 6).Draw(t, "choice")
				_, _, err := e.do(choose(who, choice))
				switch {
				case m == nil || e.now >= m.ends:
					if codeOf(err) != protocol.CodeConflict {
						t.Fatalf("a late vote: %v", err)
					}
				case choice > m.games:
					if codeOf(err) != protocol.CodeInvalid {
						t.Fatalf("a vote for nothing: %v", err)
					}
				case err != nil:
					t.Fatal(err)
				default:
					m.wants[who] = choice
				}
			},
			"end": func(t *rapid.T) {
				answer, _, err := e.do(closePoll(rapid.Float64Range(0, 0.999).Draw(t, "draw")))
				if m == nil {
					if codeOf(err) != protocol.CodeConflict {
						t.Fatal(err)
					}
					return
				}
				m.checkEnd(t, answer.(*protocol.Poll))
				m = nil
			},
		})
	})
}

func (m *naivePoll) check(t *rapid.T, e *evening) {
	p := e.Poll(e.moment())
	if open := p != nil && p.Status == protocol.StatusOpen; open != (m != nil) {
		t.Fatalf("open is %v", open)
	}
	if m == nil {
		return
	}
	m.checkVotes(t, p)
}

func (m *naivePoll) checkVotes(t *rapid.T, p *protocol.Poll) {
	for i, n := range m.votes() {
		if p.Candidates[i].Votes != n {
			t.Fatalf("candidate %d has %d votes, want %d", i+1, p.Candidates[i].Votes, n)
		}
	}
	if p.TotalVotes != int64(len(m.wants)) || len(p.Candidates) != m.games {
		t.Fatalf("%+v", p)
	}
}

func (m *naivePoll) checkEnd(t *rapid.T, p *protocol.Poll) {
	m.checkVotes(t, p)
	most, times := int64(-1), 0
	for _, n := range m.votes() {
		if n > most {
			most, times = n, 0
		}
		if n == most {
			times++
		}
	}
	if p.Winner.Votes != most || p.Tie != (times > 1) || p.EndedAt == nil {
		t.Fatalf("%+v of %v", p, m.votes())
	}
}
