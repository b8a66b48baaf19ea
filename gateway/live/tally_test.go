package live_test

import (
	"sync"
	"testing"
	"time"

	"partyline/gateway/live"
	"partyline/protocol"
)

func TestTallyIsShownAtOnceAndThenAtMostOncePerInterval(t *testing.T) {
	const interval = 50 * time.Millisecond
	a := newArena(t, live.Options{TallyInterval: interval}, 1)
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
	a := newArena(t, live.Options{TallyInterval: 10 * time.Millisecond}, 1, 2)
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
	a := newArena(t, live.Options{}, 1)
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
