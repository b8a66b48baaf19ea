package fanout_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

func TestTallyIsShownAtOnceAndThenAtMostOncePerInterval(t *testing.T) {
	const interval = 50 * time.Millisecond
	a := newArena(t, fanout.Options{TallyInterval: interval}, 1)
	c := a.connect()
	c.subscribe(1, `,"mode":"tally"`)
	if w := c.expect(protocol.MessageTally); w.Seq != 1 || len(w.Games) != 1 || w.Games[0].SessionUpvotes != 1 {
		t.Fatalf("first: %+v", w)
	}
	const frames = 10
	begin := time.Now()
	stop := a.keepPublishing()
	last := protocol.Seq(1)
	next := func() {
		w := c.expect(protocol.MessageTally)
		if w.Seq <= last || w.Games[0].SessionUpvotes != int64(w.Seq) || w.Games[0].Upvotes != int64(w.Seq) {
			t.Fatalf("%+v after %d", w, last)
		}
		last = w.Seq
	}
	for range frames {
		next()
	}
	if took := time.Since(begin); took < (frames-1)*interval {
		t.Errorf("%d tallies in %v", frames, took)
	}
	stop()
	read := int64(frames + 1)
	for ; last < a.hub.head(1); read++ {
		next()
	}
	eventually(t, "the count of what was read", func() bool { return a.engine.Stats().Tallies == read })
	if s := a.engine.Stats(); s.Deliveries != 0 {
		t.Errorf("%+v", s)
	}
	c.quiet()
}

// keepPublishing publishes votes much faster than tallies are shown, until it is stopped.
func (a *arena) keepPublishing() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		votes := time.NewTicker(time.Millisecond)
		defer votes.Stop()
		for {
			select {
			case <-votes.C:
				a.hub.publish(1, 3)
			case <-done:
				return
			}
		}
	}()
	stop = sync.OnceFunc(func() {
		close(done)
		<-ended
	})
	a.t.Cleanup(stop)
	return stop
}

func TestTallySubscriberBesideEventSubscriber(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: 10 * time.Millisecond}, 1, 2)
	events, tallies := a.connect(), a.connect()
	events.subscribe(1, "")
	tallies.subscribe(1, `,"mode":"tally"`)
	tallies.expect(protocol.MessageTally)
	tallies.subscribe(2, "")
	for n := range protocol.Seq(20) {
		a.hub.publish(1, 1)
		events.events(1, n+1, n+2)
		if w := tallies.expect(protocol.MessageTally); w.Seq != n+2 {
			t.Fatalf("%+v", w)
		}
	}
	a.hub.publish(2, 1)
	tallies.events(2, 1, 2)
}

// After a time without tally subscribers the tally is old: a new one must not see that.
func TestFirstTallyIsTheNewest(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	watcher := a.connect()
	watcher.subscribe(1, "")
	for range 3 {
		c := a.connect()
		w := c.subscribe(1, `,"mode":"tally"`)
		if first := c.expect(protocol.MessageTally); first.Seq != w.Seq {
			t.Fatalf("a tally of %d at %d", first.Seq, w.Seq)
		}
		c.say(`{"type":"unsubscribe","sessionId":1}`)
		c.expect(protocol.MessageUnsubscribed)
		at := a.hub.head(1)
		a.hub.publish(1, 7)
		watcher.events(1, at, at+7)
	}
}

// tallyAfter takes the next tally or snapshot and wants it to be right, and of a seq
// that is greater.
func (c *client) tallyAfter(at protocol.Seq) word {
	c.t.Helper()
	w := c.hear()
	if w.Type == protocol.MessageSnapshot {
		if w.Recovered == nil || !*w.Recovered {
			c.t.Fatalf("a snapshot that says that something was left out: %+v", w)
		}
		w.Games = c.stateOf(w).Tallies
	} else if w.Type != protocol.MessageTally {
		c.t.Fatalf("%+v", w)
	}
	if w.Seq <= at {
		c.t.Fatalf("%s of %d after %d", w.Type, w.Seq, at)
	}
	return w
}

// stateOf is what a snapshot tells. Everything in it is as of its seq: each event is a
// vote for game 1 or other news, which count as games played.
func (c *client) stateOf(w word) protocol.SessionState {
	c.t.Helper()
	var s protocol.SessionState
	if err := json.Unmarshal(w.Data, &s); err != nil || s.Seq != w.Seq {
		c.t.Fatalf("%+v: %v", w, err)
	}
	if s.Tallies[0].SessionUpvotes+int64(s.Session.GamesPlayed) != int64(w.Seq) {
		c.t.Fatalf("as of %d: %+v", w.Seq, s)
	}
	return s
}

func TestWhatIsNoVoteMakesASnapshotAndTalliesGoOn(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	c := a.connect()
	c.subscribe(1, `,"mode":"tally"`)
	c.expect(protocol.MessageTally)
	for n := 1; n <= 5; n++ {
		a.hub.happen(1)
		if w := c.expect(protocol.MessageSnapshot); w.Seq != a.hub.head(1) || c.stateOf(w).Session.GamesPlayed != n || !*w.Recovered {
			t.Fatalf("%+v", w)
		}
		a.hub.publish(1, 3)
		if w := c.expect(protocol.MessageTally); w.Seq != a.hub.head(1) {
			t.Fatalf("%+v", w)
		}
	}
	eventually(t, "the counts of what was read", func() bool {
		s := a.engine.Stats()
		return s.Snapshots == 5 && s.Tallies == 6 && s.CatchupSnapshots == 0
	})
	c.quiet()
}

// However many listen, a state is made once; nobody listens, none is made.
func TestStatesAreMadeOncePerSession(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	events := a.connect()
	events.subscribe(1, "")
	a.hub.happen(1)
	events.expect("game.added")
	if n := a.hub.states(1); n != 0 {
		t.Fatalf("%d states for nobody", n)
	}
	crowd := make([]*client, 300) // more than a chunk
	for i := range crowd {
		crowd[i] = a.connect()
		crowd[i].subscribe(1, `,"mode":"tally"`)
		crowd[i].expect(protocol.MessageTally)
	}
	if n := a.hub.states(1); n != 1 {
		t.Fatalf("%d states for the first tally", n)
	}
	a.hub.happen(1)
	for _, c := range crowd {
		c.expect(protocol.MessageSnapshot)
	}
	if n := a.hub.states(1); n != 2 {
		t.Errorf("%d states", n)
	}
}

// A state may take long: until it is there no tally may tell of votes that came after
// what it tells of, and then nothing is missing.
func TestTalliesWaitForTheState(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	c := a.connect()
	c.subscribe(1, `,"mode":"tally"`)
	c.expect(protocol.MessageTally)
	wanted := a.hub.holdStates(1)
	a.hub.happen(1)
	a.hub.publish(1, 4)
	<-wanted
	late := a.connect()
	late.subscribe(1, `,"mode":"tally"`)
	<-wanted
	c.quiet()
	late.quiet()
	a.hub.giveState(1)
	if w := c.expect(protocol.MessageSnapshot); w.Seq != 6 || c.stateOf(w).Session.GamesPlayed != 1 {
		t.Fatalf("%+v", w)
	}
	if w := late.expect(protocol.MessageTally); w.Seq != 6 {
		t.Fatalf("%+v", w)
	}
	a.hub.publish(1, 1)
	c.expect(protocol.MessageTally)
	late.expect(protocol.MessageTally)
}

// The first tally is never older than what subscribed told.
func TestSubscribedIsNotFollowedByAnythingOlder(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: 20 * time.Millisecond}, 1)
	stop := a.keepPublishing()
	for i := range 20 {
		c := a.connect()
		w := c.subscribe(1, `,"mode":"tally"`+[]string{"", `,"snapshot":true`}[i%2])
		at := w.Seq - 1
		for range 3 {
			at = c.tallyAfter(at).Seq
		}
	}
	stop()
}

// Votes and other news without end, and readers that are slow or not: each sees
// snapshots and tallies that are right, in order, no more often than the interval
// says, and in the end where things stand.
func TestStormOfVotesAndNews(t *testing.T) {
	for name, start := range map[string]func(testing.TB, fanout.Options, ...protocol.SessionID) *arena{"bare": newArena, "tls": newTLSArena} {
		t.Run(name, func(t *testing.T) {
			const interval, rounds = 2 * time.Millisecond, 3000
			a := start(t, fanout.Options{TallyInterval: interval}, 1)
			begin := time.Now()
			var all sync.WaitGroup
			for i := range 12 {
				c := a.connect(i%3 == 0)
				c.subscribe(1, `,"mode":"tally"`)
				all.Go(func() { c.tallies(a, rounds) })
			}
			for i := range rounds {
				a.hub.publishPadded(1, 1+i%7, 500) // the ring overruns, which concerns nobody here
				if i%3 == 0 {
					a.hub.happen(1)
				}
			}
			a.hub.happen(1)
			all.Wait()
			if n, most := a.hub.states(1), int(time.Since(begin)/interval)+2; n == 0 || n > most {
				t.Errorf("%d states, at most %d are allowed", n, most)
			}
			if s := a.engine.Stats(); s.Deliveries != 0 || s.ReplayedEvents != 0 || s.CatchupSnapshots != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// tallies reads until everything is told that will be: so many pieces of news and one.
func (c *client) tallies(a *arena, rounds int) {
	var at, stated protocol.Seq
	for news := 0; news < rounds/3+1 || at < a.hub.head(1); {
		w := c.tallyAfter(at)
		at = w.Seq
		if w.Type == protocol.MessageSnapshot {
			s := c.stateOf(w)
			news, stated = s.Session.GamesPlayed, w.Seq
			continue
		}
		// Since the last snapshot there were only votes.
		if stated > 0 && w.Games[0].SessionUpvotes+int64(news) != int64(w.Seq) {
			c.t.Errorf("tally of %d after the snapshot of %d: %+v", w.Seq, stated, w.Games)
			return
		}
	}
}

// A reader that takes nothing for a while is sent the newest of each, and not what it missed.
func TestSlowTallyReaderGetsTheNewest(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	quick, slow := a.connect(), a.connect(true)
	quick.subscribe(1, `,"mode":"tally"`)
	quick.expect(protocol.MessageTally)
	slow.subscribe(1, `,"mode":"tally"`)
	const forGood = 50 // looks, a millisecond apart
	looks := 0
	eventually(t, "a full socket", func() bool {
		if looks++; !slow.peer.Pumping() {
			looks = 0
			slow.peer.Send([]byte(`{"type":"pong","message":"` + string(padding) + `"}`))
		}
		return looks == forGood
	})
	const changes = 50
	for range changes {
		a.hub.happen(1)
		quick.expect(protocol.MessageSnapshot)
		a.hub.publish(1, 1)
		quick.expect(protocol.MessageTally)
	}
	heard, at := 0, protocol.Seq(0)
	for at < a.hub.head(1) {
		w := slow.hear()
		if w.Type == protocol.MessagePong {
			continue
		}
		if heard++; w.Seq <= at {
			t.Fatalf("%s of %d after %d", w.Type, w.Seq, at)
		}
		at = w.Seq
	}
	if heard > 4 { // one that was on its way, the newest snapshot and the newest tally
		t.Errorf("%d tallies and snapshots of %d changes", heard, changes)
	}
	slow.quiet()
}

// A snapshot that is stuck in a socket is not copied, and nothing may grow into it.
func TestPeersThatStallWithinASnapshot(t *testing.T) {
	// The last of ten must be stuck before the first has been so for too long.
	a := newArena(t, fanout.Options{TallyInterval: time.Millisecond, StallTimeout: 5 * time.Second}, 1)
	quick := a.connect()
	quick.subscribe(1, `,"mode":"tally"`)
	quick.expect(protocol.MessageTally)
	a.hub.lengthen(1, 8<<20)
	stuck := make([]*client, 10)
	for i := range stuck {
		stuck[i] = a.connect(true)
		stuck[i].subscribe(1, `,"mode":"tally"`)
	}
	before := heap()
	a.hub.happen(1)
	long := quick.expect(protocol.MessageSnapshot)
	eventually(t, "full sockets", func() bool {
		for _, c := range stuck {
			if !c.peer.Pumping() {
				return false
			}
		}
		return true
	})
	if grown := max(heap(), before) - before; grown > 64<<20 {
		t.Errorf("ten peers hold %d MiB of one snapshot of 8", grown>>20)
	}
	var reading sync.WaitGroup
	for _, c := range stuck[:5] {
		reading.Go(func() {
			for w := c.hear(); w.Type != protocol.MessageSnapshot; w = c.hear() {
			}
		})
	}
	reading.Wait()
	eventually(t, "the end of those who do not read", func() bool { return a.engine.Stats().Connections == 6 })
	if s := a.engine.Stats(); s.ClosedSlow != 5 {
		t.Errorf("%+v", s)
	}
	late := a.connect()
	late.subscribe(1, `,"mode":"tally"`)
	if w := late.expect(protocol.MessageTally); w.Seq != long.Seq {
		t.Fatalf("%+v", w)
	}
	a.hub.happen(1)
	late.expect(protocol.MessageSnapshot)
}

// Before it goes a peer gets the newest, without waiting for a beat.
func TestPeerThatIsSentAwayGetsTheNewestTally(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: time.Hour}, 1)
	c := a.connect()
	c.subscribe(1, `,"mode":"tally"`)
	c.expect(protocol.MessageTally) // the hour begins
	a.hub.publish(1, 9)
	if err := a.engine.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.expect(protocol.MessageDraining)
	if w := c.expect(protocol.MessageTally); w.Seq != 10 {
		t.Fatalf("%+v", w)
	}
	c.expectClose(protocol.CloseGoingAway)
}

// What all tallies together cost has a bound: a crowd that is too large for twenty times
// a second is shown less often.
func TestLargeCrowdsHaveFewerTallies(t *testing.T) {
	a := newArena(t, fanout.Options{Workers: 2, TallyInterval: 50 * time.Millisecond})
	for crowd, want := range map[int]time.Duration{1: 50 * time.Millisecond, 2500: 50 * time.Millisecond, 5000: 100 * time.Millisecond, 18000: 360 * time.Millisecond} {
		if got := a.engine.TallyInterval(crowd); got != want {
			t.Errorf("%d subscribers have a tally every %v, want %v", crowd, got, want)
		}
	}
}
