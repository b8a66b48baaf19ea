package live_test

import (
	"sync"
	"testing"

	"partyline/gateway/live"
	"partyline/protocol"
)

func TestSubscribeTellsWhereLiveBegins(t *testing.T) {
	a := newArena(t, live.Options{}, 3)
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
	a := newArena(t, live.Options{}, 1)
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
	if n := a.engine.Stats().Replayed; n != 3000 {
		t.Errorf("%d events came from the journal", n)
	}
}

func TestSinceBeyondTheHeadIsInvalid(t *testing.T) {
	a := newArena(t, live.Options{}, 1)
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

func TestUnsubscribeAndSubscribeAgain(t *testing.T) {
	a := newArena(t, live.Options{}, 1, 2)
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
	a := newArena(t, live.Options{}, ids...)
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
	a := newArena(t, live.Options{}, 1)
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
// exactly once from where its subscription begins.
func TestSubscribeDuringAStorm(t *testing.T) {
	const total = 20_000
	a := newArena(t, live.Options{}, 1)
	var all sync.WaitGroup
	all.Go(func() {
		for range total / 20 {
			a.hub.publish(1, 20)
		}
	})
	for i := range 24 {
		c := a.connect()
		all.Go(func() {
			at := protocol.Seq(0)
			for round := range 6 {
				rest := `,"since":` + protocol.SessionID(at).String()
				if i%3 == 1 && round%2 == 0 {
					rest = ""
				}
				w := c.subscribe(1, rest)
				if rest == "" {
					at = w.Seq
				}
				until := max(w.Seq, at+protocol.Seq(round*100))
				if round == 5 {
					until = total + 1
				}
				c.events(1, at, min(until, total+1))
				at = min(until, total+1)
				c.say(`{"type":"unsubscribe","sessionId":1}`)
				for w := c.hear(); w.Type != protocol.MessageUnsubscribed; w = c.hear() {
					if at++; w.Seq != at {
						t.Errorf("event %d instead of %d before unsubscribed", w.Seq, at)
						return
					}
				}
			}
		})
	}
	all.Wait()
}
