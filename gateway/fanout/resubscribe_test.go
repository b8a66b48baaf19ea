package fanout_test

import (
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

func TestFeedThatEndsIsOpenedAgainAndReadOn(t *testing.T) {
	a := newArena(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	events, since, tallies := a.connect(), a.connect(), a.connect()
	events.subscribe(1, "")
	since.subscribe(1, `,"since":1`)
	tallies.subscribe(1, `,"mode":"tally"`)
	tallies.expect(protocol.MessageTally)
	for range 5 {
		at := a.hub.head(1)
		a.hub.publish(1, 10)
		a.hub.restart(1)
		eventually(t, "another watch", func() bool { return a.hub.watches(1) == 1 })
		a.hub.publish(1, 10)
		events.events(1, at, at+20)
		since.events(1, at, at+20)
		tallies.tallyUpTo(at+1, at+20)
	}
}

// tallyUpTo takes tallies and snapshots up to one of seq until, the first of seq from or
// later. None goes back, but the snapshot that a new feed begins with may be of what
// the old one's last tally told already.
func (c *client) tallyUpTo(from, until protocol.Seq) {
	c.t.Helper()
	for from < until {
		from = c.tallyAfter(from - 1).Seq
	}
}

// Events that were committed while no feed was open are in the journal only.
func TestEventsBetweenTwoFeeds(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	since, plain := a.connect(), a.connect()
	since.subscribe(1, `,"since":1`)
	plain.subscribe(1, "")
	a.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	a.hub.restart(1)
	a.hub.publish(1, 10)
	a.hub.fail(nil)
	since.events(1, 1, 11)
	if w := plain.expect(protocol.MessageSnapshot); w.Seq != 11 {
		t.Fatalf("%+v", w)
	}
	a.hub.publish(1, 1)
	since.events(1, 11, 12)
	plain.events(1, 11, 12)
}

func TestDeletedSessionSaysGoodbyeAfterItsLastEvent(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1, 2)
	c := a.connect()
	c.subscribe(1, "")
	c.subscribe(2, "")
	tallies := a.connect()
	tallies.subscribe(1, `,"mode":"tally"`)
	tallies.expect(protocol.MessageTally)
	a.hub.remove(1)
	if w := c.expect("session.deleted"); w.Seq != 2 {
		t.Fatalf("%+v", w)
	}
	if w := c.expect(protocol.MessageError); w.Code != protocol.CodeNotFound || w.SessionID != 1 || w.Message != "Session not found" {
		t.Fatalf("%+v", w)
	}
	if w := c.expect(protocol.MessageUnsubscribed); w.SessionID != 1 {
		t.Fatalf("%+v", w)
	}
	a.hub.publish(2, 1)
	c.events(2, 1, 2)
	if w := tallies.expect("session.deleted"); w.Seq != 2 {
		t.Fatalf("%+v", w)
	}
	if w := tallies.expect(protocol.MessageError); w.Code != protocol.CodeNotFound || w.SessionID != 1 {
		t.Fatalf("%+v", w)
	}
	tallies.expect(protocol.MessageUnsubscribed)
	tallies.quiet()
	c.say(`{"type":"subscribe","sessionId":1}`)
	if w := c.expect(protocol.MessageError); w.Code != protocol.CodeNotFound {
		t.Fatalf("%+v", w)
	}
}

// Peers come and go while the feed ends again and again: in the end every watch must
// be given back, which the arena looks at, and everybody have heard everything.
func TestFeedsThatEndWhilePeersComeAndGo(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				a.hub.publish(1, 3)
				a.hub.restart(1)
			}
		}
	}()
	at := protocol.Seq(0)
	for range 200 {
		c := a.connect()
		w := c.subscribe(1, `,"since":`+protocol.SessionID(at).String())
		until := min(w.Seq, at+50)
		c.events(1, at, until)
		at = until
		_ = c.conn.Close()
	}
	close(stop)
	<-stopped
}

func TestSessionThatStaysUnreadableSendsItsPeersAway(t *testing.T) {
	a := newArena(t, fanout.Options{RetryTimeout: 100 * time.Millisecond}, 1, 2)
	c, other := a.connect(), a.connect()
	c.subscribe(1, "")
	other.subscribe(2, "")
	a.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	a.hub.restart(1)
	c.expectClose(protocol.CloseTryLater)
	other.quiet()
	d := a.connect()
	d.say(`{"type":"subscribe","sessionId":1}`)
	if w := d.expect(protocol.MessageError); w.Code != protocol.CodeStorage {
		t.Fatalf("%+v", w)
	}
}

func TestJournalThatStaysUnreadableSendsThePeerAway(t *testing.T) {
	a := newArena(t, fanout.Options{RetryTimeout: 100 * time.Millisecond}, 1)
	a.hub.publish(1, 2000)
	c, other := a.connect(), a.connect()
	other.subscribe(1, "")
	a.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	c.subscribe(1, `,"since":0`)
	c.expectClose(protocol.CloseTryLater)
	other.quiet()
}
