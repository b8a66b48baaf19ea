package session_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// TestAnImportIsTheSameVotesSentLive: two evenings have the same games. In one the votes
// are cast live, in the order of the log; into the other the log is imported, in one
// part or several, before or after it is closed. Nothing tells them apart afterwards,
// and to both the log brings nothing new.
func TestAnImportIsTheSameVotesSentLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live, read := newEvening(), newEvening()
		must := func(e *evening, cmd protocol.Command) {
			if _, _, err := e.do(cmd); err != nil {
				t.Fatalf("%T: %v", cmd, err)
			}
		}
		prepare(t, must, live, read)
		lines := drawLines(t)
		for _, l := range lines {
			v := vote(protocol.NormalizeVoterName(l.name), voteOf(l.message), l.at)
			if game := tickerIn(l.message); game > 0 {
				v = tickerVote(v.Username, v.Vote, game, l.at)
			}
			_, _, err := live.do(v)
			if err != nil && err.Code != protocol.CodeDuplicateVote && err.Code != protocol.CodeNotFound {
				t.Fatal(err)
			}
		}
		must(live, closeIt)
		if rapid.Bool().Draw(t, "after the evening") {
			must(read, closeIt)
		}
		for rest := lines; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "part")
			must(read, chat(rest[:n]...))
			rest = rest[n:]
		}
		if read.Session().IsActive {
			must(read, closeIt)
		}
		if diff := gocmp.Diff(counted(live.facts), counted(read.facts)); diff != "" {
			t.Fatalf("votes (-live +imported):\n%s", diff)
		}
		if diff := gocmp.Diff(byGame(live.Tallies()), byGame(read.Tallies())); diff != "" {
			t.Fatalf("tallies (-live +imported):\n%s", diff)
		}
		for _, e := range []*evening{live, read} {
			n := len(e.facts)
			must(e, chat(lines...))
			if len(e.facts) != n {
				t.Fatal("the same log again changed something")
			}
		}
	})
}

// prepare plays the same games in both evenings, of which one may be removed again, and
// some votes that are live in both.
func prepare(t *rapid.T, must func(*evening, protocol.Command), all ...*evening) {
	games := rapid.IntRange(1, 4).Draw(t, "games")
	removed := rapid.IntRange(0, games+2).Draw(t, "removed")
	early := rapid.SliceOfN(rapid.IntRange(0, 30_000), 0, 5).Draw(t, "early votes")
	for _, e := range all {
		must(e, open())
		for n := range games {
			e.now = noon + protocol.Timestamp(n)*5*second
			must(e, add(protocol.GameID(1+n%3)))
		}
		if removed > 0 && removed <= games {
			must(e, remove(removed))
		}
		e.now = noon + 30*second
		for _, ms := range early {
			_, _, _ = e.do(vote("ANN", protocol.VoteUp, noon+protocol.Timestamp(ms)))
		}
	}
}

// drawLines makes a log with one thumb in each line, in any order, by few people, so
// that much is within a second.
func drawLines(t *rapid.T) []chatLine {
	lines := make([]chatLine, rapid.IntRange(1, 60).Draw(t, "lines"))
	for i := range lines {
		lines[i] = chatLine{
			name:    rapid.SampledFrom([]string{"ann", "Ann", "bob", " bob", "b\u200bob", "cy"}).Draw(t, "name"),
			message: rapid.SampledFrom([]string{up, down, up, down, "G1++", "g2--", "so G5++!"}).Draw(t, "message"),
			at:      noon + protocol.Timestamp(rapid.IntRange(-3000, 30_000).Draw(t, "ts")),
		}
	}
	return lines
}

// byGame sorts tallies: games by ticker come in another order live.
func byGame(all []protocol.TallyGame) []protocol.TallyGame {
	slices.SortFunc(all, func(a, b protocol.TallyGame) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// tickerIn is the game that the first ticker of a message names, 0 for none.
func tickerIn(message string) protocol.GameID {
	_, rest, found := strings.Cut(strings.ToUpper(message), "G")
	if !found || rest[0] > '9' {
		return 0
	}
	return protocol.GameID(rest[0] - '0')
}

func voteOf(message string) protocol.VoteType {
	if strings.Contains(message, "++") {
		return protocol.VoteUp
	}
	return protocol.VoteDown
}

// counted are the votes of a log of facts, in the order of their times.
func counted(facts []fact.Fact) (votes []fact.VoteCast) {
	for _, f := range facts {
		switch f := f.(type) {
		case *fact.VoteCast:
			votes = append(votes, *f)
		case *fact.ChatImported:
			for _, v := range f.Backward() {
				votes = append(votes, *v)
			}
		}
	}
	for i := range votes {
		votes[i].At, votes[i].Details = 0, nil // when the hub heard of it, and what a log says once
	}
	slices.SortFunc(votes, func(a, b fact.VoteCast) int {
		return cmp.Or(cmp.Compare(a.Timestamp, b.Timestamp), cmp.Compare(a.Username, b.Username), cmp.Compare(a.Play, b.Play), cmp.Compare(a.Game, b.Game))
	})
	return votes
}

// votesOfLine are the votes in a line for one game, that on for ticker 0.
type votesOfLine struct {
	ticker protocol.GameID
	thumbs []protocol.VoteType
}

// votesIn are the votes in a message of plain words, by game in the order of their first words.
func votesIn(message string) (all []votesOfLine) {
	for _, word := range strings.Fields(message) {
		if !strings.HasSuffix(word, "++") && !strings.HasSuffix(word, "--") {
			continue
		}
		i := slices.IndexFunc(all, func(v votesOfLine) bool { return v.ticker == tickerIn(word) })
		if i < 0 {
			i = len(all)
			all = append(all, votesOfLine{ticker: tickerIn(word)})
		}
		all[i].thumbs = append(all[i].thumbs, voteOf(word))
	}
	return all
}

// importing checks an import against the naive model, line by line.
func (m *naive) importing(t *rapid.T, e *evening) {
	now := e.now
	lines := make([]chatLine, rapid.IntRange(0, 20).Draw(t, "lines"))
	for i := range lines {
		lines[i] = chatLine{rapid.SampledFrom([]string{"ann", "bob", "cy"}).Draw(t, "name"), rapid.SampledFrom([]string{up, down, both, "G1++", "g4--", "G2-- and thisgame++ and g2++", "thisgame++ G1++ G4--"}).Draw(t, "message"),
			e.now + protocol.Timestamp(rapid.IntRange(-20000, 3000).Draw(t, "ts"))}
	}
	answer, facts, err := e.do(chat(lines...))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	duplicates := 0
	for _, l := range lines {
		for _, v := range votesIn(l.message) {
			counted, n, code := m.judge(l.name, v.ticker, l.at, now)
			if code == protocol.CodeDuplicateVote {
				duplicates++
			}
			if code != "" {
				continue
			}
			m.votes = append(m.votes, counted)
			for _, thumb := range v.thumbs {
				want = append(want, fmt.Sprint(l.name, l.at, n, counted.game, thumb))
			}
		}
	}
	var got []string
	for _, v := range counted(facts) {
		n := 0
		if v.Play != 0 {
			n = int(v.Play - play(0))
		}
		got = append(got, fmt.Sprint(v.Username, v.Timestamp, n, v.Game, v.Type))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	if r := answer.(*protocol.ChatResult); r.VotesProcessed != int64(len(want)) || r.DuplicatesSkipped != duplicates || r.MessagesImported != len(lines) {
		t.Fatalf("%+v; want %d votes, %d duplicates", r, len(want), duplicates)
	}
}
