package fanout_test

import (
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

func TestSubscribersContinueInAReopenedFeed(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	events, since, tallies := ts.connect(), ts.connect(), ts.connect()
	events.subscribe(1, "")
	since.subscribe(1, `,"since":1`)
	tallies.subscribe(1, `,"mode":"tally"`)
	tallies.expect(protocol.MessageTally)
	for range 5 {
		at := ts.hub.head(1)
		ts.hub.publish(1, 10)
		ts.hub.restart(1)
		eventually(t, "another watch", func() bool { return ts.hub.watches(1) == 1 })
		ts.hub.publish(1, 10)
		events.expectEvents(1, at, at+20)
		since.expectEvents(1, at, at+20)
		tallies.readTalliesUntil(at+1, at+20)
	}
}

// readTalliesUntil reads tallies and snapshots up to one of seq until, the first of seq from
// or later. None goes back, but the snapshot that a new feed begins with may equal the last
// tally of the old one.
func (c *client) readTalliesUntil(from, until protocol.Seq) {
	c.t.Helper()
	for from < until {
		from = c.readTallyAfter(from - 1).Seq
	}
}

// Events that were committed while no feed was open are only in the journal.
func TestEventsBetweenTwoFeeds(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	since, plain := ts.connect(), ts.connect()
	since.subscribe(1, `,"since":1`)
	plain.subscribe(1, "")
	ts.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	ts.hub.restart(1)
	ts.hub.publish(1, 10)
	ts.hub.fail(nil)
	since.expectEvents(1, 1, 11)
	if m := plain.expect(protocol.MessageSnapshot); m.Seq != 11 {
		t.Fatalf("%+v", m)
	}
	ts.hub.publish(1, 1)
	since.expectEvents(1, 11, 12)
	plain.expectEvents(1, 11, 12)
}

func TestDeletedSessionEndsSubscriptionsAfterItsLastEvent(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1, 2)
	c := ts.connect()
	c.subscribe(1, "")
	c.subscribe(2, "")
	tallies := ts.connect()
	tallies.subscribe(1, `,"mode":"tally"`)
	tallies.expect(protocol.MessageTally)
	ts.hub.deleteSession(1)
	if m := c.expect("session.deleted"); m.Seq != 2 {
		t.Fatalf("%+v", m)
	}
	if m := c.expect(protocol.MessageError); m.Code != protocol.CodeNotFound || m.SessionID != 1 || m.Message != "Session not found" {
		t.Fatalf("%+v", m)
	}
	if m := c.expect(protocol.MessageUnsubscribed); m.SessionID != 1 {
		t.Fatalf("%+v", m)
	}
	ts.hub.publish(2, 1)
	c.expectEvents(2, 1, 2)
	if m := tallies.expect("session.deleted"); m.Seq != 2 {
		t.Fatalf("%+v", m)
	}
	if m := tallies.expect(protocol.MessageError); m.Code != protocol.CodeNotFound || m.SessionID != 1 {
		t.Fatalf("%+v", m)
	}
	tallies.expect(protocol.MessageUnsubscribed)
	tallies.expectNothing()
	c.sendText(`{"type":"subscribe","sessionId":1}`)
	if m := c.expect(protocol.MessageError); m.Code != protocol.CodeNotFound {
		t.Fatalf("%+v", m)
	}
}

// Connections come and go while the feed is restarted again and again: in the end every watch
// must be ended, which newServer checks, and every event received.
func TestFeedsRestartWhileConnectionsComeAndGo(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				ts.hub.publish(1, 3)
				ts.hub.restart(1)
			}
		}
	}()
	at := protocol.Seq(0)
	for range 200 {
		c := ts.connect()
		m := c.subscribe(1, `,"since":`+protocol.SessionID(at).String())
		until := min(m.Seq, at+50)
		c.expectEvents(1, at, until)
		at = until
		_ = c.conn.Close()
	}
	close(stop)
	<-stopped
}

func TestUnreadableSessionClosesItsSubscribers(t *testing.T) {
	ts := newServer(t, fanout.Options{RetryTimeout: 100 * time.Millisecond}, 1, 2)
	c, other := ts.connect(), ts.connect()
	c.subscribe(1, "")
	other.subscribe(2, "")
	ts.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	ts.hub.restart(1)
	c.expectClose(protocol.CloseTryLater)
	other.expectNothing()
	d := ts.connect()
	d.sendText(`{"type":"subscribe","sessionId":1}`)
	if m := d.expect(protocol.MessageError); m.Code != protocol.CodeStorage {
		t.Fatalf("%+v", m)
	}
}

func TestUnreadableJournalClosesTheSubscriber(t *testing.T) {
	ts := newServer(t, fanout.Options{RetryTimeout: 100 * time.Millisecond}, 1)
	ts.hub.publish(1, 2000)
	c, other := ts.connect(), ts.connect()
	other.subscribe(1, "")
	ts.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	c.subscribe(1, `,"since":0`)
	c.expectClose(protocol.CloseTryLater)
	other.expectNothing()
}
