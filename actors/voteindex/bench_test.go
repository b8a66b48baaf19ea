package voteindex_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"partyline/actors/rules/session/fact"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/persistence/badger"
	"partyline/protocol"
)

var benchVotes = flag.Int("votes", 100_000, "votes in the index of the benchmarks; 10000000 by hand")

const (
	votesOfNight = 1000
	gamesOfNight = 10
)

// crowds are who votes: the same hundred in all sessions, ten votes each, or everybody once.
var crowds = map[string]func(n int) string{
	"regulars": func(n int) string { return "viewer_" + strconv.Itoa(n%100) },
	"distinct": func(n int) string { return "viewer_" + strconv.Itoa(n) },
}

// nights are the facts of sessions with votesOfNight votes for gamesOfNight games each, the votes
// some seconds apart and sent by clients with whole seconds.
type nights struct {
	name     func(n int) string
	rng      *rand.Rand
	session  protocol.SessionID
	position persistence.Position
	votes    int
	at       protocol.Timestamp
}

func newNights(crowd string) *nights {
	return &nights{name: crowds[crowd], rng: rand.New(rand.NewPCG(1, 2)), at: 1_700_000_000_000}
}

// next is the next fact of all.
func (n *nights) next() (protocol.SessionID, persistence.Position, fact.Fact) {
	step := int(n.position) % (1 + gamesOfNight + votesOfNight)
	n.position++
	n.at += protocol.Timestamp(n.rng.IntN(4000))
	switch {
	case step == 0:
		n.session++
		return n.session, n.position, &fact.Opened{At: n.at}
	case step <= gamesOfNight:
		return n.session, n.position, &fact.GameAdded{At: n.at, Play: protocol.NewPlayID(n.session, step), Game: game(int(n.session) + step)}
	}
	number := 1 + (step-1-gamesOfNight)*gamesOfNight/votesOfNight
	f := &fact.VoteCast{
		At: n.at, Timestamp: n.at / 1000 * 1000, Play: protocol.NewPlayID(n.session, number), Game: gameID(int(n.session) + number),
		Type: protocol.VoteUp, Username: n.name(n.votes),
	}
	if n.rng.IntN(3) == 0 {
		f.Type = protocol.VoteDown
	}
	n.votes++
	return n.session, n.position, f
}

// game is one of a catalogue of 400.
func game(n int) fact.PlayedGame {
	return fact.PlayedGame{ID: gameID(n), Title: fmt.Sprintf("Quiplash %d", n), PackName: fmt.Sprintf("Jackbox Party Pack %d", n/10)}
}

func gameID(n int) protocol.GameID { return protocol.GameID(n%400 + 1) }

// feed applies facts until there are so many votes.
func feed(b *testing.B, x *voteindex.Index, n *nights, votes int) {
	b.Helper()
	for n.votes < votes {
		id, p, f := n.next()
		if err := x.Apply(id, p, f); err != nil {
			b.Fatal(err)
		}
		if !x.Due() {
			continue
		}
		if x.Overdue() {
			if err := x.Wait(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		x.StartFlush()
	}
}

func openStore(b *testing.B) (*badger.Journal, string) {
	b.Helper()
	dir := b.TempDir()
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	return j, dir
}

// BenchmarkApply is what a vote costs the index, its flushes included: CPU time and bytes on disk
// after the journal was closed and opened again, which writes what Badger has in memory.
func BenchmarkApply(b *testing.B) {
	for crowd := range crowds {
		b.Run(crowd, func(b *testing.B) {
			j, dir := openStore(b)
			x, n := voteindex.New(j, voteindex.Limits{}), newNights(crowd)
			for b.Loop() {
				feed(b, x, n, n.votes+1)
			}
			if err := x.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(folderBytes(b, dir))/float64(n.votes), "B/vote")
		})
	}
}

// folderBytes are those of the tables in the folder.
func folderBytes(b *testing.B, dir string) (n int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".sst" {
			return err
		}
		i, err := d.Info()
		if err == nil {
			n += i.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkPages reads pages of 100 of every kind of filter from an index of so many votes as
// -votes says, and tells the half and the 99th percentile of how long one took, in microseconds.
func BenchmarkPages(b *testing.B) {
	for crowd := range crowds {
		j, dir := openStore(b)
		x, n := voteindex.New(j, voteindex.Limits{}), newNights(crowd)
		began := time.Now()
		feed(b, x, n, *benchVotes)
		if err := x.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Logf("%s: %d votes in %d sessions, built in %s, %.1f bytes a vote in tables", crowd, n.votes, n.session, time.Since(began).Round(time.Millisecond), float64(folderBytes(b, dir))/float64(n.votes))
		for _, c := range kinds {
			b.Run(crowd+"/"+c.name, func(b *testing.B) { benchmarkPage(b, j, x, n, c.query) })
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// kinds are queries for a random page of each kind of filter.
var kinds = []struct {
	name  string
	query func(n *nights, r *rand.Rand) voteindex.Query
}{
	{"first", func(n *nights, r *rand.Rand) voteindex.Query { return voteindex.Query{} }},
	{"deep", func(n *nights, r *rand.Rand) voteindex.Query { return voteindex.Query{Skip: r.Int64N(int64(n.votes))} }},
	{"last", func(n *nights, r *rand.Rand) voteindex.Query { return voteindex.Query{Skip: int64(n.votes) - 50} }},
	{"cursor", func(n *nights, r *rand.Rand) voteindex.Query { return voteindex.Query{After: n.cursor(r)} }},
	{"type", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{VoteType: protocol.VoteDown}, Skip: r.Int64N(int64(n.votes) / 3)}
	}},
	{"session", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{SessionID: n.any(r)}, Skip: r.Int64N(900)}
	}},
	{"session+type", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{SessionID: n.any(r), VoteType: protocol.VoteUp}, Skip: r.Int64N(500)}
	}},
	{"game", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{GameID: protocol.GameID(1 + r.IntN(400))}, Skip: r.Int64N(int64(n.votes)/400 + 1)}
	}},
	{"game+type+cursor", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{GameID: protocol.GameID(1 + r.IntN(400)), VoteType: protocol.VoteUp}, After: n.cursor(r)}
	}},
	{"name", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{Username: n.voter(r)}}
	}},
	{"name+deep", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{Username: n.voter(r)}, Skip: r.Int64N(int64(n.votes) / 100)}
	}},
	{"name+cursor", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{Username: n.voter(r)}, After: n.cursor(r)}
	}},
	{"name+game+type", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{Username: n.voter(r), GameID: protocol.GameID(1 + r.IntN(400)), VoteType: protocol.VoteUp}}
	}},
	{"name+session", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{Username: n.voter(r), SessionID: n.any(r)}}
	}},
	{"nobody", func(n *nights, r *rand.Rand) voteindex.Query {
		return voteindex.Query{Filter: protocol.VoteFilter{Username: fmt.Sprintf("nobody_%d", r.Int())}}
	}},
}

func (n *nights) any(r *rand.Rand) protocol.SessionID {
	return protocol.SessionID(1 + r.Int64N(int64(n.session)))
}

func (n *nights) voter(r *rand.Rand) string { return n.name(r.IntN(n.votes)) }

func (n *nights) cursor(r *rand.Rand) *voteindex.Cursor {
	id := n.any(r)
	return &voteindex.Cursor{Session: id, Vote: voteindex.VoteID(persistence.Position(id)*(1+gamesOfNight+votesOfNight)-persistence.Position(r.Uint64N(votesOfNight)), 0)}
}

func benchmarkPage(b *testing.B, j *badger.Journal, x *voteindex.Index, n *nights, query func(*nights, *rand.Rand) voteindex.Query) {
	r := rand.New(rand.NewPCG(3, 4))
	var took []time.Duration
	rows := 0
	for b.Loop() {
		q := query(n, r)
		q.Limit = protocol.MaxPageSize + 1
		began := time.Now()
		votes := readPage(b, j, x, q)
		took = append(took, time.Since(began))
		rows += len(votes)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(rows)/float64(len(took)), "rows")
}

func readPage(b *testing.B, j *badger.Journal, x *voteindex.Index, q voteindex.Query) []protocol.VoteRecord {
	b.Helper()
	ctx := context.Background()
	if q.Filter.Username != "" {
		var err error
		if q.Name, err = voteindex.Lookup(ctx, j, q.Filter.Username); err != nil {
			b.Fatal(err)
		}
	}
	p, ok := x.Plan(q)
	if !ok {
		b.Fatal("the index has changed")
	}
	votes, err := p.Read(ctx, j)
	if err != nil {
		b.Fatal(err)
	}
	return votes
}
