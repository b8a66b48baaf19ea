package actors_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

// A session that nobody uses is put to sleep; whatever comes at that very moment is
// answered all the same.

func TestPassivatedSessionWakesWithItsState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		if _, err := e.vote("ann", protocol.VoteUp); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		a, err := e.vote("ann", protocol.VoteUp)
		if err != nil || a.Game.Upvotes != 2 {
			t.Fatalf("%+v %v", a, err)
		}
	})
}

// Whoever reads all past sessions one after the other has few of them in memory at a time;
// one that goes on stays for longer.
func TestClosedSessionIsPassivatedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		awake := e.measured(actors.Options{})
		look := func() {
			if _, err := e.hub.SessionVotes(t.Context(), e.session); err != nil {
				t.Fatal(err)
			}
		}
		look()
		time.Sleep(time.Minute)
		if n := awake(); n != 1 {
			t.Fatalf("%d sessions are awake, the one that goes on is not", n)
		}
		do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
		for range 5 { // it stays while it is asked for
			time.Sleep(5 * time.Second)
			look()
			if n := awake(); n != 1 {
				t.Fatalf("%d sessions are awake that are asked for", n)
			}
		}
		time.Sleep(15 * time.Second)
		if n := awake(); n != 0 {
			t.Fatalf("%d past sessions are awake", n)
		}
		look()
	})
}

func TestWatchedSessionStaysAwake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		f, err := e.hub.Watch(t.Context(), e.session, func() {})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if f.Closed() {
			t.Fatal("put to sleep under a listener")
		}
		e.hub.Unwatch(e.session, f)
		time.Sleep(time.Hour)
		if !f.Closed() {
			t.Fatal("the feed outlives its last listener")
		}
	})
}

// TestNothingIsLostDuringPassivation lets sessions retire at every sweep while many
// send to them.
func TestNothingIsLostDuringPassivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFixture(t)
		e.stop()
		h, err := actors.New(t.Context(), actors.Options{Journal: e.journal, IdleTimeout: time.Nanosecond})
		if err != nil {
			t.Fatal(err)
		}
		e.hub = h
		const voters, each = 20, 50
		var wg sync.WaitGroup
		for v := range voters {
			wg.Go(func() {
				for i := range each {
					if _, err := e.vote(fmt.Sprintf("v%d-%d", v, i), protocol.VoteUp); err != nil {
						t.Error(err)
					}
					// Most of them wait for the very moment of a sweep.
					time.Sleep(time.Second + time.Duration(v%5)*time.Nanosecond)
				}
			})
		}
		wg.Wait()
		st, err := e.hub.State(t.Context(), e.session)
		if err != nil || st.Tallies[0].Upvotes != voters*each {
			t.Fatalf("%+v %v", st, err)
		}
	})
}
