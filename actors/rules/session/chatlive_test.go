package session_test

import (
	"cmp"
	"fmt"
	"slices"
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
			_, _, err := live.do(vote(protocol.NormalizeVoterName(l.name), voteOf(l.message), l.at))
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
		if diff := gocmp.Diff(live.Tallies(), read.Tallies()); diff != "" {
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
			message: rapid.SampledFrom([]string{up, down}).Draw(t, "message"),
			at:      noon + protocol.Timestamp(rapid.IntRange(-3000, 30_000).Draw(t, "ts")),
		}
	}
	return lines
}

func voteOf(message string) protocol.VoteType {
	if message == up {
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
		votes[i].At = 0 // when the hub heard of it
	}
	slices.SortFunc(votes, func(a, b fact.VoteCast) int {
		return cmp.Or(cmp.Compare(a.Timestamp, b.Timestamp), cmp.Compare(a.Username, b.Username))
	})
	return votes
}

// importing checks an import against the naive model, line by line.
func (m *naive) importing(t *rapid.T, e *evening) {
	now := e.now
	lines := make([]chatLine, rapid.IntRange(0, 20).Draw(t, "lines"))
	for i := range lines {
		lines[i] = chatLine{rapid.SampledFrom([]string{"ann", "bob", "cy"}).Draw(t, "name"), rapid.SampledFrom([]string{up, down, both}).Draw(t, "message"),
			e.now + protocol.Timestamp(rapid.IntRange(-20000, 3000).Draw(t, "ts"))}
	}
	answer, facts, err := e.do(chat(lines...))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	duplicates := 0
	for _, l := range lines {
		n, code := m.judge(l.name, l.at, now)
		if code == protocol.CodeDuplicateVote {
			duplicates++
		}
		if code != "" {
			continue
		}
		m.votes = append(m.votes, naiveVote{l.name, l.at})
		for _, thumb := range []string{up, down} {
			if l.message == thumb || l.message == both {
				want = append(want, fmt.Sprint(l.name, l.at, n, voteOf(thumb)))
			}
		}
	}
	var got []string
	for _, v := range counted(facts) {
		got = append(got, fmt.Sprint(v.Username, v.Timestamp, int(v.Play-play(0)), v.Type))
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
