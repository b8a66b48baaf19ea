package fanout_test

import (
	"partyline/gateway/fanout"
	"partyline/protocol"
	"sync"
	"testing"
	"time"
)

// A client that reads nothing for a while is sent the newest snapshot and tally, not those it
// missed.
func TestSlowTallyReaderGetsTheNewest(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: time.Millisecond}, 1)
	quick, slow := ts.connect(), ts.connect(true)
	quick.subscribe(1, `,"mode":"tally"`)
	quick.expect(protocol.MessageTally)
	slow.subscribe(1, `,"mode":"tally"`)
	const inARow = 50 // checks, a millisecond apart
	checks := 0
	eventually(t, "a full socket", func() bool {
		if checks++; !slow.server.SlowWriting() {
			checks = 0
			slow.server.Send([]byte(`{"type":"pong","message":"` + string(padding) + `"}`))
		}
		return checks == inARow
	})
	const changes = 50
	for range changes {
		ts.hub.publishOther(1)
		quick.expect(protocol.MessageSnapshot)
		ts.hub.publish(1, 1)
		quick.expect(protocol.MessageTally)
	}
	received, at := 0, protocol.Seq(0)
	for at < ts.hub.head(1) {
		m := slow.readMessage()
		if m.Type == protocol.MessagePong {
			continue
		}
		if received++; m.Seq <= at {
			t.Fatalf("%s of %d after %d", m.Type, m.Seq, at)
		}
		at = m.Seq
	}
	if received > 4 { // one that was already written, the newest snapshot and the newest tally
		t.Errorf("%d tallies and snapshots of %d changes", received, changes)
	}
	slow.expectNothing()
}

// A snapshot that is partly written to several sockets is not copied, and nothing may be
// appended to it.
func TestConnectionsStalledWithinASnapshot(t *testing.T) {
	// The last of ten must be stuck before the first has been so for too long.
	ts := newServer(t, fanout.Options{TallyInterval: time.Millisecond, StallTimeout: 5 * time.Second}, 1)
	quick := ts.connect()
	quick.subscribe(1, `,"mode":"tally"`)
	quick.expect(protocol.MessageTally)
	ts.hub.lengthenState(1, 8<<20)
	stuck := make([]*client, 10)
	for i := range stuck {
		stuck[i] = ts.connect(true)
		stuck[i].subscribe(1, `,"mode":"tally"`)
	}
	before := heap()
	ts.hub.publishOther(1)
	long := quick.expect(protocol.MessageSnapshot)
	eventually(t, "full sockets", func() bool {
		for _, c := range stuck {
			if !c.server.SlowWriting() {
				return false
			}
		}
		return true
	})
	if grown := max(heap(), before) - before; grown > 64<<20 {
		t.Errorf("ten connections hold %d MiB of one snapshot of 8", grown>>20)
	}
	var reading sync.WaitGroup
	for _, c := range stuck[:5] {
		reading.Go(func() {
			for m := c.readMessage(); m.Type != protocol.MessageSnapshot; m = c.readMessage() {
			}
		})
	}
	reading.Wait()
	eventually(t, "the end of the connections that do not read", func() bool { return ts.engine.Stats().Connections == 6 })
	if s := ts.engine.Stats(); s.ClosedSlow != 5 {
		t.Errorf("%+v", s)
	}
	late := ts.connect()
	late.subscribe(1, `,"mode":"tally"`)
	if m := late.expect(protocol.MessageTally); m.Seq != long.Seq {
		t.Fatalf("%+v", m)
	}
	ts.hub.publishOther(1)
	late.expect(protocol.MessageSnapshot)
}

// A connection is sent the newest tally before it is closed, without waiting for a tick.
func TestDrainedConnectionGetsTheNewestTally(t *testing.T) {
	ts := newServer(t, fanout.Options{TallyInterval: time.Hour}, 1)
	c := ts.connect()
	c.subscribe(1, `,"mode":"tally"`)
	c.expect(protocol.MessageTally) // the hour begins
	ts.hub.publish(1, 9)
	if err := ts.engine.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.expect(protocol.MessageDraining)
	if m := c.expect(protocol.MessageTally); m.Seq != 10 {
		t.Fatalf("%+v", m)
	}
	c.expectClose(protocol.CloseGoingAway)
}

// The cost of all tallies together is bounded: with too many subscribers for twenty a second,
// tallies are shown less often.
func TestTalliesHaveABudget(t *testing.T) {
	ts := newServer(t, fanout.Options{Workers: 2})
	for subscribers, want := range map[int]time.Duration{1: 20 * time.Microsecond, 2500: 50 * time.Millisecond, 5000: 100 * time.Millisecond, 18000: 360 * time.Millisecond} {
		if got := ts.engine.TallyTime(subscribers); got != want {
			t.Errorf("a round of tallies for %d subscribers takes %v, want %v", subscribers, got, want)
		}
	}
}

// Subscribers that have their turn later are sent a later tally, not the one that was the
// newest when the round began.
func TestEachShardIsShownTheNewestTally(t *testing.T) {
	const oneShard, tallies = 256, 5
	ts := newServer(t, fanout.Options{Workers: 1, TallyInterval: 30 * time.Millisecond}, 1)
	first := ts.connect()
	first.subscribe(1, `,"mode":"tally"`)
	for range 2*oneShard - 2 {
		ts.connect().subscribe(1, `,"mode":"tally"`)
	}
	last := ts.connect()
	last.subscribe(1, `,"mode":"tally"`)
	stop := ts.keepPublishing()
	seen := map[protocol.Seq]int{}
	for _, c := range []*client{first, last} {
		at := protocol.Seq(0)
		for range tallies {
			at = c.readTallyAfter(at).Seq
			seen[at]++
		}
	}
	stop()
	same := 0
	for _, n := range seen {
		if n > 1 {
			same++
		}
	}
	if same > tallies/2 { // the first one, before any vote, and those of a busy machine
		t.Errorf("%d of %d tallies of two shards are the same", same, tallies)
	}
}
