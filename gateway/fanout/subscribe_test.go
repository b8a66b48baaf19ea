package fanout_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

func TestSubscribedCarriesTheHead(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 3)
	c := ts.connect()
	if m := c.subscribe(3, ""); m.Seq != 1 || m.Message != "Subscribed to session 3" || m.Snapshot != nil {
		t.Fatalf("%+v", m)
	}
	ts.hub.publish(3, 5)
	c.expectEvents(3, 1, 6)
	if m := c.subscribe(3, `,"snapshot":true`); m.Seq != 6 || m.Snapshot == nil || m.Snapshot.Seq != 6 {
		t.Fatalf("%+v", m)
	}
	ts.hub.publish(3, 1)
	c.expectEvents(3, 6, 7)
	c.expectNothing()
}

func TestSinceReplaysFromTheRingAndFromTheJournal(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 2999) // not watched: only the journal has these
	c := ts.connect()
	if m := c.subscribe(1, `,"since":0`); m.Seq != 3000 {
		t.Fatalf("%+v", m)
	}
	c.expectEvents(1, 0, 3000)
	ts.hub.publish(1, 100) // the ring has these
	c.expectEvents(1, 3000, 3100)
	d := ts.connect()
	d.subscribe(1, `,"since":3050`)
	d.expectEvents(1, 3050, 3100)
	d.subscribe(1, `,"since":3100`)
	d.expectNothing()
	if n := ts.engine.Stats().ReplayedEvents; n != 3000 {
		t.Errorf("%d events came from the journal", n)
	}
}

func TestSinceBeyondTheHeadIsInvalid(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect()
	c.sendText(`{"type":"subscribe","sessionId":1,"since":2}`)
	if m := c.expect(protocol.MessageError); m.Code != protocol.CodeInvalid || m.SessionID != 1 {
		t.Fatalf("%+v", m)
	}
	c.sendText(`{"type":"subscribe","sessionId":9}`)
	if m := c.expect(protocol.MessageError); m.Code != protocol.CodeNotFound {
		t.Fatalf("%+v", m)
	}
	c.subscribe(1, `,"since":1`)
	c.expectNothing()
}

// A client with a since of another timeline gets a snapshot, in place of an error or of a
// replay that would begin in the middle of what it has, and every event after that.
func TestSinceOfAnotherTimelineIsReset(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 9)
	head := protocol.Seq(10)
	for _, ask := range []string{
		`,"since":3,"epoch":"ponmlkjihgfedcba"`, `,"since":0,"epoch":"ponmlkjihgfedcba"`, `,"since":99,"epoch":"ponmlkjihgfedcba"`,
		`,"since":99,"epoch":"abcdefghijklmnop"`, `,"since":99,"epoch":"no epoch at all"`, `,"epoch":"ponmlkjihgfedcba"`,
		`,"since":3,"snapshot":true,"epoch":"ponmlkjihgfedcba"`,
	} {
		c := ts.connect()
		if m := c.subscribe(1, ask); !m.Reset || m.Epoch != epoch || m.Seq != head || m.Snapshot == nil || m.Snapshot.Seq != head {
			t.Fatalf("%s: %+v", ask, m)
		}
		ts.hub.publish(1, 1)
		c.expectEvents(1, head, head+1)
		c.expectNothing()
		head++
	}
	c := ts.connect()
	if m := c.subscribe(1, `,"mode":"tally","epoch":"ponmlkjihgfedcba"`); !m.Reset || m.Snapshot == nil || m.Snapshot.Seq != head {
		t.Fatalf("tally mode: %+v", m)
	}
}

// A client with a since of the same timeline goes on from there, also when it does not give
// the epoch.
func TestSinceOfTheSameTimelineContinues(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 9)
	for _, ask := range []string{`,"since":3`, `,"since":3,"epoch":""`, `,"since":3,"epoch":"abcdefghijklmnop"`} {
		c := ts.connect()
		if m := c.subscribe(1, ask); m.Reset || m.Epoch != epoch || m.Snapshot != nil {
			t.Fatalf("%s: %+v", ask, m)
		}
		c.expectEvents(1, 3, 10)
		c.expectNothing()
	}
	c := ts.connect()
	if m := c.subscribe(1, `,"since":99,"mode":"tally","epoch":"abcdefghijklmnop"`); m.Reset {
		t.Fatalf("since does not matter in tally mode: %+v", m)
	}
}

// A client that gave since is sent every event also after a reset, however slow it is.
func TestNoEventIsMissedAfterAReset(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 9)
	c := ts.connect(true)
	c.subscribe(1, `,"since":99,"epoch":"ponmlkjihgfedcba"`)
	for range 60 { // more than the ring and the sockets hold
		ts.hub.publishPadded(1, 50, 4<<10)
	}
	c.expectEvents(1, 10, 10+60*50)
	c.expectNothing()
}

func TestUnsubscribeAndSubscribeAgain(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1, 2)
	c := ts.connect()
	c.subscribe(1, "")
	c.subscribe(2, "")
	c.sendText(`{"type":"unsubscribe","sessionId":1}`)
	c.expect(protocol.MessageUnsubscribed)
	ts.hub.publish(1, 3)
	ts.hub.publish(2, 1)
	c.expectEvents(2, 1, 2)
	c.subscribe(1, `,"since":2`)
	c.expectEvents(1, 2, 4)
	c.subscribe(1, `,"mode":"tally"`)
	if m := c.expect(protocol.MessageTally); m.Seq != 4 {
		t.Fatalf("%+v", m)
	}
	c.subscribe(1, "")
	ts.hub.publish(1, 1)
	c.expectEvents(1, 4, 5)
	c.expectNothing()
}

func TestMoreSubscriptionsThanAllowed(t *testing.T) {
	ids := make([]protocol.SessionID, protocol.MaxSubscriptions+1)
	for i := range ids {
		ids[i] = protocol.SessionID(i + 1)
	}
	ts := newServer(t, fanout.Options{}, ids...)
	c := ts.connect()
	c.sendText(`{"type":"auth"}`)
	c.expect(protocol.MessageAuthSuccess)
	for _, id := range ids[:protocol.MaxSubscriptions] {
		c.subscribe(id, "")
	}
	c.sendText(`{"type":"subscribe","sessionId":33}`)
	if m := c.expect(protocol.MessageError); m.Code != protocol.CodeConflict {
		t.Fatalf("%+v", m)
	}
	c.subscribe(32, "") // one that it has
	for _, id := range ids {
		ts.hub.publish(id, 1)
	}
	for range protocol.MaxSubscriptions {
		if m := c.expect("vote.received"); m.Seq != 2 || m.SessionID > 32 {
			t.Fatalf("%+v", m)
		}
	}
	c.expectNothing()
}

func TestAnnouncementsReachOnlyTheirSubscribers(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c, d := ts.connect(), ts.connect()
	c.sendText(`{"type":"auth"}`)
	c.expect(protocol.MessageAuthSuccess)
	c.sendText(`{"type":"auth"}`)
	c.expect(protocol.MessageAuthSuccess)
	ts.hub.announcements.Publish(event(7, 1, 0))
	if m := c.readMessage(); m.SessionID != 7 {
		t.Fatalf("%+v", m)
	}
	c.expectNothing()
	d.expectNothing()
}

// Subscribers come, go and come back while votes are published: each must get every seq
// exactly once from where its subscription begins. Those without since may get snapshots in
// place of events when they are too slow.
func TestSubscribeUnderLoad(t *testing.T) {
	for name, start := range map[string]func(testing.TB, fanout.Options, ...protocol.SessionID) *testServer{"bare": newServer, "tls": newTLSServer} {
		t.Run(name, func(t *testing.T) { subscribeUnderLoad(t, start(t, fanout.Options{}, 1)) })
	}
}

func subscribeUnderLoad(t *testing.T, ts *testServer) {
	const total = 10_000
	var all sync.WaitGroup
	all.Go(func() {
		for range total / 20 {
			ts.hub.publish(1, 20)
		}
	})
	for i := range 12 {
		c := ts.connect()
		all.Go(func() {
			at := protocol.Seq(0)
			for round := range 6 {
				rest := ""
				if i%3 != 1 || round%2 == 0 {
					rest = `,"since":` + protocol.SessionID(at).String()
				}
				m := c.subscribe(1, rest)
				if rest == "" {
					at = m.Seq
				}
				at = c.readEventsUntil(at, min(total+1, at+protocol.Seq(round*100)), rest == "")
				if round == 5 {
					at = c.readEventsUntil(at, total+1, rest == "")
				}
				at = c.unsubscribe(at, rest == "")
			}
		})
	}
	all.Wait()
}

// readEventsUntil reads events up to a seq at least.
func (c *client) readEventsUntil(at, until protocol.Seq, snapshotsAllowed bool) protocol.Seq {
	for at < until {
		at = c.checkNext(at, c.readMessage(), snapshotsAllowed)
	}
	return at
}

// checkNext expects the event after at, or a later snapshot where those are allowed.
func (c *client) checkNext(at protocol.Seq, m message, snapshotsAllowed bool) protocol.Seq {
	isSnapshot := m.Type == protocol.MessageSnapshot && snapshotsAllowed && m.Seq > at
	if !isSnapshot && (m.Type != "vote.received" || m.Seq != at+1) {
		c.t.Errorf("%s %d after %d", m.Type, m.Seq, at)
	}
	return m.Seq
}

func (c *client) unsubscribe(at protocol.Seq, snapshotsAllowed bool) protocol.Seq {
	c.sendText(`{"type":"unsubscribe","sessionId":1}`)
	for m := c.readMessage(); m.Type != protocol.MessageUnsubscribed; m = c.readMessage() {
		at = c.checkNext(at, m, snapshotsAllowed)
	}
	return at
}

// A subscribed message that waits behind others on a full socket still comes before the first
// event of its subscription.
func TestSubscribedPrecedesEventsOnAFullSocket(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1, 2)
	c := ts.connect(true)
	filler, err := json.Marshal(protocol.Notice{Type: protocol.MessagePong, Message: strings.Repeat("x", 3001)})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 20 {
		id := protocol.SessionID(1 + round%2)
		fillers := c.fillSocket(filler)
		if _, err := c.server.Subscribe(t.Context(), fanout.Subscription{Session: id}); err != nil {
			t.Fatal(err)
		}
		at := ts.hub.head(id)
		ts.hub.publish(id, 3)
		for range fillers {
			c.expect(protocol.MessagePong)
		}
		c.expect(protocol.MessageSubscribed)
		c.expectEvents(id, at, at+3)
		c.server.Unsubscribe(id)
	}
}

// fillSocket sends until the socket stays full, and returns how many messages it accepted.
func (c *client) fillSocket(payload []byte) (n int) {
	c.t.Helper()
	checks := 0
	eventually(c.t, "a full socket", func() bool {
		if checks++; !c.server.SlowWriting() {
			checks = 0
			for range 10 {
				c.server.Send(payload)
				n++
			}
		}
		return checks == 20
	})
	return n
}
