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
	ts := newServer(t, fanout.Options{TallyInterval: interval}, 1)
	c := ts.connect()
	c.subscribe(1, `,"mode":"tally"`)
	if m := c.expect(protocol.MessageTally); m.Seq != 1 || len(m.Games) != 1 || m.Games[0].SessionUpvotes != 1 {
		t.Fatalf("first: %+v", m)
	}
	const frames = 10
	begin := time.Now()
	stop := ts.keepPublishing()
	last := protocol.Seq(1)
	next := func() {
		m := c.expect(protocol.MessageTally)
		if m.Seq <= last || m.Games[0].SessionUpvotes != int64(m.Seq) || m.Games[0].Upvotes != int64(m.Seq) {
			t.Fatalf("%+v after %d", m, last)
		}
		last = m.Seq
	}
	for range frames {
		next()
	}
	if took := time.Since(begin); took < (frames-1)*interval {
		t.Errorf("%d tallies in %v", frames, took)
	}
	stop()
	read := int64(frames + 1)
	for ; last < ts.hub.head(1); read++ {
		next()
	}
	eventually(t, "the count of what was read", func() bool { return ts.engine.Stats().Tallies == read })
	if s := ts.engine.Stats(); s.Deliveries != 0 {
		t.Errorf("%+v", s)
	}
	c.expectNothing()
}

// keepPublishing publishes votes much faster than tallies are shown, until it is stopped.
func (ts *testServer) keepPublishing() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		votes := time.NewTicker(time.Millisecond)
		defer votes.Stop()
		for {
			select {
			case <-votes.C:
				ts.hub.publish(1, 3)
			case <-done:
				return
			}
		}
	}()
	stop = sync.OnceFunc(func() {
		close(done)
		<-ended
	})
	ts.t.Cleanup(stop)
	return stop
}

func TestTallySubscriberBesideEventSubscriber(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: 10 * time.Millisecond}, 1, 2)
	events, tallies := ts.connect(), ts.connect()
	events.subscribe(1, "")
	tallies.subscribe(1, `,"mode":"tally"`)
	tallies.expect(protocol.MessageTally)
	tallies.subscribe(2, "")
	for n := range protocol.Seq(20) {
		ts.hub.publish(1, 1)
		events.expectEvents(1, n+1, n+2)
		if m := tallies.expect(protocol.MessageTally); m.Seq != n+2 {
			t.Fatalf("%+v", m)
		}
	}
	ts.hub.publish(2, 1)
	tallies.expectEvents(2, 1, 2)
}

// After a time without tally subscribers the shown tally is old: a new subscriber must not be
// sent that.
func TestFirstTallyIsTheNewest(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	watcher := ts.connect()
	watcher.subscribe(1, "")
	for range 3 {
		c := ts.connect()
		m := c.subscribe(1, `,"mode":"tally"`)
		if first := c.expect(protocol.MessageTally); first.Seq != m.Seq {
			t.Fatalf("a tally of %d at %d", first.Seq, m.Seq)
		}
		c.sendText(`{"type":"unsubscribe","sessionId":1}`)
		c.expect(protocol.MessageUnsubscribed)
		at := ts.hub.head(1)
		ts.hub.publish(1, 7)
		watcher.expectEvents(1, at, at+7)
	}
}

// readTallyAfter reads the next tally or snapshot, which must be right, and later than at.
func (c *client) readTallyAfter(at protocol.Seq) message {
	c.t.Helper()
	m := c.readMessage()
	if m.Type == protocol.MessageSnapshot {
		if m.Recovered == nil || !*m.Recovered {
			c.t.Fatalf("a snapshot that says that events were left out: %+v", m)
		}
		m.Games = c.stateOf(m).Tallies
	} else if m.Type != protocol.MessageTally {
		c.t.Fatalf("%+v", m)
	}
	if m.Seq <= at {
		c.t.Fatalf("%s of %d after %d", m.Type, m.Seq, at)
	}
	return m
}

// stateOf decodes a snapshot. Everything in it must be as of its seq: each event is a vote for
// game 1, or another event, which counts as a game played.
func (c *client) stateOf(m message) protocol.SessionState {
	c.t.Helper()
	var s protocol.SessionState
	if err := json.Unmarshal(m.Data, &s); err != nil || s.Seq != m.Seq {
		c.t.Fatalf("%+v: %v", m, err)
	}
	if s.Tallies[0].SessionUpvotes+int64(s.Session.GamesPlayed) != int64(m.Seq) {
		c.t.Fatalf("as of %d: %+v", m.Seq, s)
	}
	return s
}

func TestEventsOtherThanVotesMakeSnapshots(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	c := ts.connect()
	c.subscribe(1, `,"mode":"tally"`)
	c.expect(protocol.MessageTally)
	for n := 1; n <= 5; n++ {
		ts.hub.publishOther(1)
		if m := c.expect(protocol.MessageSnapshot); m.Seq != ts.hub.head(1) || c.stateOf(m).Session.GamesPlayed != n || !*m.Recovered {
			t.Fatalf("%+v", m)
		}
		ts.hub.publish(1, 3)
		if m := c.expect(protocol.MessageTally); m.Seq != ts.hub.head(1) {
			t.Fatalf("%+v", m)
		}
	}
	eventually(t, "the counts of what was read", func() bool {
		s := ts.engine.Stats()
		return s.Snapshots == 5 && s.Tallies == 6 && s.CatchupSnapshots == 0
	})
	c.expectNothing()
}

// A state is made once however many subscribe to tallies, and not at all without tally
// subscribers.
func TestStatesAreMadeOncePerSession(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	events := ts.connect()
	events.subscribe(1, "")
	ts.hub.publishOther(1)
	events.expect("game.added")
	if n := ts.hub.states(1); n != 0 {
		t.Fatalf("%d states without subscribers", n)
	}
	clients := make([]*client, 300) // more than a shard
	for i := range clients {
		clients[i] = ts.connect()
		clients[i].subscribe(1, `,"mode":"tally"`)
		clients[i].expect(protocol.MessageTally)
	}
	if n := ts.hub.states(1); n != 1 {
		t.Fatalf("%d states for the first tally", n)
	}
	ts.hub.publishOther(1)
	for _, c := range clients {
		c.expect(protocol.MessageSnapshot)
	}
	if n := ts.hub.states(1); n != 2 {
		t.Errorf("%d states", n)
	}
}

// While a state is being made no tally may be sent that goes beyond it, and afterwards nothing
// is missing.
func TestTalliesWaitForTheState(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	c := ts.connect()
	c.subscribe(1, `,"mode":"tally"`)
	c.expect(protocol.MessageTally)
	wanted := ts.hub.holdRefresh(1)
	ts.hub.publishOther(1)
	ts.hub.publish(1, 4)
	<-wanted
	late := ts.connect()
	late.subscribe(1, `,"mode":"tally"`)
	<-wanted
	c.expectNothing()
	late.expectNothing()
	ts.hub.releaseRefresh(1)
	if m := c.expect(protocol.MessageSnapshot); m.Seq != 6 || c.stateOf(m).Session.GamesPlayed != 1 {
		t.Fatalf("%+v", m)
	}
	if m := late.expect(protocol.MessageTally); m.Seq != 6 {
		t.Fatalf("%+v", m)
	}
	ts.hub.publish(1, 1)
	c.expect(protocol.MessageTally)
	late.expect(protocol.MessageTally)
}

// The first tally is never older than the subscribed message.
func TestFirstTallyIsNotOlderThanSubscribed(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: 20 * time.Millisecond}, 1)
	stop := ts.keepPublishing()
	for i := range 20 {
		c := ts.connect()
		m := c.subscribe(1, `,"mode":"tally"`+[]string{"", `,"snapshot":true`}[i%2])
		at := m.Seq - 1
		for range 3 {
			at = c.readTallyAfter(at).Seq
		}
	}
	stop()
}

// Under a load of votes and other events, slow and fast readers get right snapshots and
// tallies, in order, no more often than the interval says, and in the end the newest.
func TestTalliesUnderLoad(t *testing.T) {
	for name, start := range map[string]func(testing.TB, fanout.Options, ...protocol.SessionID) *testServer{"bare": newServer, "tls": newTLSServer} {
		t.Run(name, func(t *testing.T) {
			const interval, rounds = 2 * time.Millisecond, 3000
			ts := start(t, fanout.Options{TallyInterval: interval}, 1)
			begin := time.Now()
			var all sync.WaitGroup
			for i := range 12 {
				c := ts.connect(i%3 == 0)
				c.subscribe(1, `,"mode":"tally"`)
				all.Go(func() { c.readTallies(ts, rounds) })
			}
			for i := range rounds {
				ts.hub.publishPadded(1, 1+i%7, 500) // the ring overruns, which tally subscribers do not notice
				if i%3 == 0 {
					ts.hub.publishOther(1)
				}
			}
			ts.hub.publishOther(1)
			all.Wait()
			if n, most := ts.hub.states(1), int(time.Since(begin)/interval)+2; n == 0 || n > most {
				t.Errorf("%d states, at most %d are allowed", n, most)
			}
			if s := ts.engine.Stats(); s.Deliveries != 0 || s.ReplayedEvents != 0 || s.CatchupSnapshots != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// readTallies reads until the last tally: so many votes and other events, and one more.
func (c *client) readTallies(ts *testServer, rounds int) {
	var at, stateSeq protocol.Seq
	for others := 0; others < rounds/3+1 || at < ts.hub.head(1); {
		m := c.readTallyAfter(at)
		at = m.Seq
		if m.Type == protocol.MessageSnapshot {
			s := c.stateOf(m)
			others, stateSeq = s.Session.GamesPlayed, m.Seq
			continue
		}
		// Since the last snapshot there were only votes.
		if stateSeq > 0 && m.Games[0].SessionUpvotes+int64(others) != int64(m.Seq) {
			c.t.Errorf("tally of %d after the snapshot of %d: %+v", m.Seq, stateSeq, m.Games)
			return
		}
	}
}
