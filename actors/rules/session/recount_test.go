package session_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// longhand is an evening written down by hand: lists, and everything is looked up by
// going through them.
type longhand struct {
	plays []longhandPlay
	votes []longhandVote
	// order are the games in the order of their first playings or votes by ticker.
	order  []protocol.GameID
	closed bool
}

type longhandPlay struct {
	game    protocol.GameID
	at      protocol.Timestamp
	removed bool
}

type longhandVote struct {
	name string
	at   protocol.Timestamp
	game protocol.GameID
	up   bool
	// ticker says that the vote named its game.
	ticker bool
}

// game is what was being played, 0 for nothing: of the playings that are left the one
// that began last before the moment.
func (l *longhand) game(at protocol.Timestamp) (game protocol.GameID) {
	var latest protocol.Timestamp
	for _, p := range l.plays {
		if !p.removed && p.at <= at && p.at > latest {
			game, latest = p.game, p.at
		}
	}
	return game
}

// twice says whether a vote is another one again: two by the time, or two for one game.
func (l *longhand) twice(name string, at protocol.Timestamp, game protocol.GameID, ticker bool) bool {
	return slices.ContainsFunc(l.votes, func(v longhandVote) bool {
		same := !v.ticker && !ticker || v.ticker && v.game == game || !v.ticker && l.game(at) == game
		return same && strings.EqualFold(strings.TrimSpace(v.name), strings.TrimSpace(name)) && max(v.at-at, at-v.at) < 1000
	})
}

// meet notes a game that was not there before.
func (l *longhand) meet(game protocol.GameID) {
	if !slices.Contains(l.order, game) {
		l.order = append(l.order, game)
	}
}

func (l *longhand) count(game protocol.GameID) (up, down int64) {
	for _, v := range l.votes {
		switch {
		case v.game != game:
		case v.up:
			up++
		default:
			down++
		}
	}
	return up, down
}

// tally is what sessions.votes should say: most votes first, then in the order of first
// playings.
func (l *longhand) tally() []protocol.GameVotes {
	tally := []protocol.GameVotes{}
	for _, game := range l.order {
		up, down := l.count(game)
		if up+down == 0 {
			continue
		}
		g := catalogued(game)
		tally = append(tally, protocol.GameVotes{GameID: game, Title: g.Title, PackName: g.PackName, Upvotes: up, Downvotes: down, NetScore: up - down, TotalVotes: up + down})
	}
	slices.SortStableFunc(tally, func(a, b protocol.GameVotes) int { return cmp.Compare(b.TotalVotes, a.TotalVotes) })
	return tally
}

// TestAnEveningIsWhatIsWrittenDown: games are added, skipped, resumed and removed, names
// come in other cases and with space around them, the session sleeps and wakes from a
// snapshot or its log, and at last it is closed. Every vote counts for the game that was
// being played, with the totals it should have then; whatever the host said of a game's
// status does not matter.
func TestAnEveningIsWhatIsWrittenDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, l := newEvening(), &longhand{}
		if _, _, err := e.do(open()); err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"ann", "ANN", " Ann\u2003", "bob", "straße", "STRASSE", "ſam", "Sam", "Kim", "Kim"})
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				if d := gocmp.Diff(l.tally(), e.Votes().Votes); d != "" {
					t.Fatalf("-written down +told\n%s", d)
				}
			},
			"wait": func(t *rapid.T) { e.now += protocol.Timestamp(rapid.IntRange(0, 3000).Draw(t, "ms")) },
			"add": func(t *rapid.T) {
				game := protocol.GameID(rapid.IntRange(1, 4).Draw(t, "game"))
				answer, _, err := e.do(add(game))
				if (err != nil) != l.closed {
					t.Fatal(err)
				}
				if err == nil {
					l.meet(game)
					l.plays = append(l.plays, longhandPlay{game: game, at: answer.(protocol.SessionGame).PlayedAt})
				}
			},
			"remove": func(t *rapid.T) {
				if n := len(l.plays); n > 0 {
					n = rapid.IntRange(1, n).Draw(t, "n")
					_, _, err := e.do(remove(n))
					if (err != nil) != (l.closed || l.plays[n-1].removed) {
						t.Fatal(err)
					}
					l.plays[n-1].removed = l.plays[n-1].removed || err == nil
				}
			},
			"status": func(t *rapid.T) {
				if n := len(l.plays); n > 0 {
					status := rapid.SampledFrom([]protocol.PlayStatus{protocol.StatusPlaying, protocol.StatusPlayed, protocol.StatusSkipped}).Draw(t, "status")
					_, _, _ = e.do(protocol.SetGameStatus{ID: 3, GameID: play(rapid.IntRange(1, n).Draw(t, "n")), Status: status}) // also of what is gone
				}
			},
			"vote": func(t *rapid.T) {
				thumb := rapid.SampledFrom([]protocol.VoteType{protocol.VoteUp, protocol.VoteDown}).Draw(t, "thumb")
				v := vote(name.Draw(t, "name"), thumb, e.now+protocol.Timestamp(rapid.IntRange(-8000, 2000).Draw(t, "ts")))
				if game := rapid.IntRange(-4, 6).Draw(t, "ticker"); game > 0 {
					v = tickerVote(v.Username, thumb, protocol.GameID(game), v.Timestamp.Timestamp())
				}
				l.vote(t, e, v)
			},
			"sleep": func(t *rapid.T) {
				e.now += second
				e.wake(t, rapid.Bool().Draw(t, "snapshot"))
			},
			"close": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "end") > 0 || l.closed {
					return
				}
				if _, _, err := e.do(protocol.CloseSession{ID: 3}); err != nil {
					t.Fatal(err)
				}
				l.closed = true
			},
		})
	})
}

func (l *longhand) vote(t *rapid.T, e *evening, v *protocol.CastVote) {
	game := l.game(v.Timestamp.Timestamp())
	if v.Game != nil {
		game = v.Game.ID
	}
	want := protocol.Code("")
	switch {
	case l.closed, game == 0:
		want = protocol.CodeNotFound
	case l.twice(v.Username, v.Timestamp.Timestamp(), game, v.Game != nil):
		want = protocol.CodeDuplicateVote
	}
	answer, _, err := e.do(v)
	switch {
	case err != nil && (err.Code != want || want == ""):
		t.Fatalf("refused with %v, want %q", err, want)
	case err != nil:
		return
	case want != "":
		t.Fatalf("counted, want %q", want)
	}
	l.meet(game)
	l.votes = append(l.votes, longhandVote{v.Username, v.Timestamp.Timestamp(), game, v.Vote == protocol.VoteUp, v.Game != nil})
	up, down := l.count(game)
	earlier := catalogued(game)
	told := answer.(*protocol.VoteAccepted).Game
	if told.ID != game || told.Totals != protocol.NewTotals(earlier.Upvotes+up, earlier.Downvotes+down) {
		t.Fatalf("counted as %+v, want game %d with %d up and %d down in this session", told, game, up, down)
	}
}

// wake puts in place of the state what its snapshot or its log makes of it.
func (e *evening) wake(t *rapid.T, snapshot bool) {
	fresh := session.New(3)
	if snapshot {
		if err := fresh.Restore(e.AppendSnapshot(nil)); err != nil {
			t.Fatal(err)
		}
		e.State = fresh
		return
	}
	for i, f := range e.facts {
		read, err := fact.Read(fact.Append(nil, f))
		if err != nil {
			t.Fatal(err)
		}
		fresh.Apply(read, protocol.Seq(i+1))
	}
	e.State = fresh
}
