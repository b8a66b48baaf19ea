package fanout_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

func TestSubscribeTellsWhereLiveBegins(t *testing.T) {
	a := newArena(t, fanout.Options{}, 3)
	c := a.connect()
	if w := c.subscribe(3, ""); w.Seq != 1 || w.Message != "Subscribed to session 3" || w.Snapshot != nil {
		t.Fatalf("%+v", w)
	}
	a.hub.publish(3, 5)
	c.events(3, 1, 6)
	if w := c.subscribe(3, `,"snapshot":true`); w.Seq != 6 || w.Snapshot == nil || w.Snapshot.Seq != 6 {
		t.Fatalf("%+v", w)
	}
	a.hub.publish(3, 1)
	c.events(3, 6, 7)
	c.quiet()
}

func TestSinceReplaysFromTheRingAndFromTheJournal(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 2999) // nobody watches: the journal has these
	c := a.connect()
	if w := c.subscribe(1, `,"since":0`); w.Seq != 3000 {
		t.Fatalf("%+v", w)
	}
	c.events(1, 0, 3000)
	a.hub.publish(1, 100) // the ring has these
	c.events(1, 3000, 3100)
	d := a.connect()
	d.subscribe(1, `,"since":3050`)
	d.events(1, 3050, 3100)
	d.subscribe(1, `,"since":3100`)
	d.quiet()
	if n := a.engine.Stats().ReplayedEvents; n != 3000 {
		t.Errorf("%d events came from the journal", n)
	}
}

func TestSinceBeyondTheHeadIsInvalid(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect()
	c.say(`{"type":"subscribe","sessionId":1,"since":2}`)
	if w := c.expect(protocol.MessageError); w.Code != protocol.CodeInvalid || w.SessionID != 1 {
		t.Fatalf("%+v", w)
	}
	c.say(`{"type":"subscribe","sessionId":9}`)
	if w := c.expect(protocol.MessageError); w.Code != protocol.CodeNotFound {
		t.Fatalf("%+v", w)
	}
	c.subscribe(1, `,"since":1`)
	c.quiet()
}

// TestWhatIsOfAnotherTimelineIsReset: the client gets a snapshot in place of a replay that
// would begin in the middle of what it has, or an error, and every event after that.
func TestWhatIsOfAnotherTimelineIsReset(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 9)
	head := protocol.Seq(10)
	for _, ask := range []string{
		`,"since":3,"epoch":"ponmlkjihgfedcba"`, `,"since":0,"epoch":"ponmlkjihgfedcba"`, `,"since":99,"epoch":"ponmlkjihgfedcba"`,
		`,"since":99,"epoch":"abcdefghijklmnop"`, `,"since":99,"epoch":"no epoch at all"`, `,"epoch":"ponmlkjihgfedcba"`,
		`,"since":3,"snapshot":true,"epoch":"ponmlkjihgfedcba"`,
	} {
		c := a.connect()
		if w := c.subscribe(1, ask); !w.Reset || w.Epoch != now || w.Seq != head || w.Snapshot == nil || w.Snapshot.Seq != head {
			t.Fatalf("%s: %+v", ask, w)
		}
		a.hub.publish(1, 1)
		c.events(1, head, head+1)
		c.quiet()
		head++
	}
	c := a.connect()
	if w := c.subscribe(1, `,"mode":"tally","epoch":"ponmlkjihgfedcba"`); !w.Reset || w.Snapshot == nil || w.Snapshot.Seq != head {
		t.Fatalf("tally mode: %+v", w)
	}
}

// TestWhatIsOfTheSameTimelineIsGoneOnFrom, also where the client does not say which it is.
func TestWhatIsOfTheSameTimelineIsGoneOnFrom(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 9)
	for _, ask := range []string{`,"since":3`, `,"since":3,"epoch":""`, `,"since":3,"epoch":"abcdefghijklmnop"`} {
		c := a.connect()
		if w := c.subscribe(1, ask); w.Reset || w.Epoch != now || w.Snapshot != nil {
			t.Fatalf("%s: %+v", ask, w)
		}
		c.events(1, 3, 10)
		c.quiet()
	}
	c := a.connect()
	if w := c.subscribe(1, `,"since":99,"mode":"tally","epoch":"abcdefghijklmnop"`); w.Reset {
		t.Fatalf("since does not matter in tally mode: %+v", w)
	}
}

// TestWhoeverIsResetMissesNothingAfterIt: a client that asked with since is sent every
// event also then, however slow it is.
func TestWhoeverIsResetMissesNothingAfterIt(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 9)
	c := a.connect(true)
	c.subscribe(1, `,"since":99,"epoch":"ponmlkjihgfedcba"`)
	for range 60 { // more than the ring and the sockets hold
		a.hub.publishPadded(1, 50, 4<<10)
	}
	c.events(1, 10, 10+60*50)
	c.quiet()
}

func TestUnsubscribeAndSubscribeAgain(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1, 2)
	c := a.connect()
	c.subscribe(1, "")
	c.subscribe(2, "")
	c.say(`{"type":"unsubscribe","sessionId":1}`)
	c.expect(protocol.MessageUnsubscribed)
	a.hub.publish(1, 3)
	a.hub.publish(2, 1)
	c.events(2, 1, 2)
	c.subscribe(1, `,"since":2`)
	c.events(1, 2, 4)
	c.subscribe(1, `,"mode":"tally"`)
	if w := c.expect(protocol.MessageTally); w.Seq != 4 {
		t.Fatalf("%+v", w)
	}
	c.subscribe(1, "")
	a.hub.publish(1, 1)
	c.events(1, 4, 5)
	c.quiet()
}

func TestMoreSubscriptionsThanAllowed(t *testing.T) {
	ids := make([]protocol.SessionID, protocol.MaxSubscriptions+1)
	for i := range ids {
		ids[i] = protocol.SessionID(i + 1)
	}
	a := newArena(t, fanout.Options{}, ids...)
	c := a.connect()
	c.say(`{"type":"auth"}`)
	c.expect(protocol.MessageAuthSuccess)
	for _, id := range ids[:protocol.MaxSubscriptions] {
		c.subscribe(id, "")
	}
	c.say(`{"type":"subscribe","sessionId":33}`)
	if w := c.expect(protocol.MessageError); w.Code != protocol.CodeConflict {
		t.Fatalf("%+v", w)
	}
	c.subscribe(32, "") // one that it has
	for _, id := range ids {
		a.hub.publish(id, 1)
	}
	for range protocol.MaxSubscriptions {
		if w := c.expect("vote.received"); w.Seq != 2 || w.SessionID > 32 {
			t.Fatalf("%+v", w)
		}
	}
	c.quiet()
}

func TestLobbyIsHeardByEverybodyWhoJoined(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c, d := a.connect(), a.connect()
	c.say(`{"type":"auth"}`)
	c.expect(protocol.MessageAuthSuccess)
	c.say(`{"type":"auth"}`)
	c.expect(protocol.MessageAuthSuccess)
	a.hub.lobby.Publish(event(7, 1, 0))
	if w := c.hear(); w.SessionID != 7 {
		t.Fatalf("%+v", w)
	}
	c.quiet()
	d.quiet()
}

// Subscribers come, go and come back while votes pour in: each must see every seq
// exactly once from where its subscription begins. Those without since may be folded
// once they are too slow, and are told.
func TestSubscribeDuringAStorm(t *testing.T) {
	for name, start := range map[string]func(testing.TB, fanout.Options, ...protocol.SessionID) *arena{"bare": newArena, "tls": newTLSArena} {
		t.Run(name, func(t *testing.T) { storm(t, start(t, fanout.Options{}, 1)) })
	}
}

func storm(t *testing.T, a *arena) {
	const total = 10_000
	var all sync.WaitGroup
	all.Go(func() {
		for range total / 20 {
			a.hub.publish(1, 20)
		}
	})
	for i := range 12 {
		c := a.connect()
		all.Go(func() {
			at := protocol.Seq(0)
			for round := range 6 {
				rest := ""
				if i%3 != 1 || round%2 == 0 {
					rest = `,"since":` + protocol.SessionID(at).String()
				}
				w := c.subscribe(1, rest)
				if rest == "" {
					at = w.Seq
				}
				at = c.follow(at, min(total+1, at+protocol.Seq(round*100)), rest == "")
				if round == 5 {
					at = c.follow(at, total+1, rest == "")
				}
				at = c.unsubscribe(at, rest == "")
			}
		})
	}
	all.Wait()
}

// follow takes events until one seq at least.
func (c *client) follow(at, until protocol.Seq, foldable bool) protocol.Seq {
	for at < until {
		at = c.next(at, c.hear(), foldable)
	}
	return at
}

// next wants the event after at, or a snapshot further on.
func (c *client) next(at protocol.Seq, w word, foldable bool) protocol.Seq {
	folded := w.Type == protocol.MessageSnapshot && foldable && w.Seq > at
	if !folded && (w.Type != "vote.received" || w.Seq != at+1) {
		c.t.Errorf("%s %d after %d", w.Type, w.Seq, at)
	}
	return w.Seq
}

func (c *client) unsubscribe(at protocol.Seq, foldable bool) protocol.Seq {
	c.say(`{"type":"unsubscribe","sessionId":1}`)
	for w := c.hear(); w.Type != protocol.MessageUnsubscribed; w = c.hear() {
		at = c.next(at, w, foldable)
	}
	return at
}

// An answer that has to wait behind others, because the socket is full in the middle of
// them, still comes before the first event of its subscription.
func TestSubscribedComesFirstAlsoWhenItHasToWait(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1, 2)
	c := a.connect(true)
	filler, err := json.Marshal(protocol.Notice{Type: protocol.MessagePong, Message: strings.Repeat("x", 3001)})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 20 {
		id := protocol.SessionID(1 + round%2)
		fillers := c.fill(filler)
		if _, err := c.peer.Subscribe(t.Context(), fanout.Subscription{Session: id}); err != nil {
			t.Fatal(err)
		}
		at := a.hub.head(id)
		a.hub.publish(id, 3)
		for range fillers {
			c.expect(protocol.MessagePong)
		}
		c.expect(protocol.MessageSubscribed)
		c.events(id, at, at+3)
		c.peer.Unsubscribe(id)
	}
}

// fill sends until the socket is full for good, and says how many it took.
func (c *client) fill(payload []byte) (n int) {
	c.t.Helper()
	looks := 0
	eventually(c.t, "a full socket", func() bool {
		if looks++; !c.peer.Pumping() {
			looks = 0
			for range 10 {
				c.peer.Send(payload)
				n++
			}
		}
		return looks == 20
	})
	return n
}
