package actors_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/actors/feed"
	"partyline/protocol"
)

// voteFor is a vote by ticker, now.
func (e *fixture) voteFor(ticker, name string) *protocol.CastVote {
	return &protocol.CastVote{Username: name, Vote: protocol.VoteUp, Timestamp: protocol.TimestampOf(time.Now()).VoteTimestamp(), Ticker: ticker}
}

// A game that two sessions vote for by ticker, one after the other, has in the second one the
// totals of both, for voters and screens, also after a restart; and it is not played.
func TestTotalsOfAGameByTicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		do[*protocol.VoteAccepted](t, e.hub, e.voteFor("qpl3", "ann"))
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
		second := do[protocol.Session](t, e.hub, protocol.CreateSession{}).ID
		f, err := e.hub.Watch(t.Context(), second, func() {})
		if err != nil {
			t.Fatal(err)
		}
		if a := do[*protocol.VoteAccepted](t, e.hub, e.voteFor("QPL3", "ann")); a.Game.Upvotes != 2 || a.Session.ID != second {
			t.Errorf("%+v", a)
		}
		wantTally := func(f *feed.Feed, votes int64) {
			t.Helper()
			s, tally := snapshot(t, f)
			want := protocol.TallyGame{ID: 31, Totals: protocol.NewTotals(votes+1, 0), SessionUpvotes: votes}
			if len(tally.Games) != 1 || tally.Games[0] != want || len(s.Data.Games) != 0 {
				t.Errorf("tally %+v, %d games; want %+v and none", tally.Games, len(s.Data.Games), want)
			}
		}
		synctest.Wait()
		e.hub.Refresh(second, f) // the feed does not know the game, and says so
		synctest.Wait()
		wantTally(f, 1)
		do[*protocol.VoteAccepted](t, e.hub, e.voteFor("QPL3", "bob"))
		synctest.Wait()
		wantTally(f, 2)
		e.hub.Unwatch(second, f)
		e.restart()
		if f, err = e.hub.Watch(t.Context(), second, func() {}); err != nil {
			t.Fatal(err)
		}
		wantTally(f, 2)
		e.hub.Unwatch(second, f)
		if g, err := e.hub.Game(t.Context(), 31); err != nil || g.Upvotes != 3 || g.PlayCount != 0 {
			t.Errorf("%+v, %v", g, err)
		}
	})
}

// The game is looked up when the vote comes: a ticker that has moved on means its new game. A
// stored answer is given again even when nobody has the ticker any more.
func TestTickersThatMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		vote := e.voteFor("TMP2", "ann")
		call := actors.Call{Command: vote, Key: &actors.Key{Scope: "s", Name: "k"}}
		first, err := e.hub.Do(t.Context(), call)
		if err != nil || first.(*protocol.VoteAccepted).Game.ID != 26 {
			t.Fatalf("%+v, %v", first, err)
		}
		none, ticker := protocol.Optional[string]{Set: true}, "TMP2"
		do[protocol.Game](t, e.hub, protocol.UpdateGame{ID: 26, GameFields: protocol.GameFields{Ticker: none}})
		again, err := e.hub.Do(t.Context(), call)
		var answer protocol.VoteAccepted
		if stored, ok := again.(json.RawMessage); !ok || err != nil || json.Unmarshal(stored, &answer) != nil || answer.Game.ID != 26 {
			t.Errorf("%s, %v", again, err)
		}
		if _, err := e.hub.Do(t.Context(), actors.Call{Command: e.voteFor("TMP2", "bob")}); codeOf(err) != protocol.CodeNotFound {
			t.Errorf("a ticker that nobody has: %v", err)
		}
		do[protocol.Game](t, e.hub, protocol.UpdateGame{ID: 72, GameFields: protocol.GameFields{Ticker: protocol.Optional[string]{Set: true, Value: &ticker}}})
		if a := do[*protocol.VoteAccepted](t, e.hub, e.voteFor("tmp2", "bob")); a.Game.ID != 72 {
			t.Errorf("%+v", a)
		}
	})
}

// Votes by ticker of many callers at once, with and without waiting: each counts once.
func TestVotesByTickerAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		const n = 200
		var all sync.WaitGroup
		for i := range n {
			vote := e.voteFor([]string{"qpl3", "TMP2"}[i%2], fmt.Sprint("voter ", i))
			all.Go(func() {
				if i%3 == 0 {
					_, _ = e.hub.Do(t.Context(), actors.Call{Command: vote})
					return
				}
				done := make(chan struct{})
				e.hub.Go(actors.Call{Command: vote}, func(_ any, err *protocol.Error) {
					if err != nil {
						t.Error(err)
					}
					close(done)
				})
				<-done
			})
		}
		all.Wait()
		votes, err := e.hub.SessionVotes(t.Context(), e.session)
		if err != nil || len(votes.Votes) != 2 || votes.Votes[0].Upvotes != n/2 || votes.Votes[1].Upvotes != n/2 {
			t.Errorf("%+v, %v", votes, err)
		}
	})
}
