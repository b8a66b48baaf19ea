package fanout_test

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// stall publishes until the client's socket is full for good: it is now and then for a
// moment while the kernel works.
func (a *arena) stall(c *client, padding int) {
	a.t.Helper()
	const forGood = 50 // looks, a millisecond apart
	looks := 0
	eventually(a.t, "a full socket", func() bool {
		if looks++; !c.peer.Pumping() {
			looks = 0
			a.hub.publishPadded(1, 5, padding)
		}
		return looks == forGood
	})
}

func TestPartialWriteResumesMidFrame(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect(true)
	c.subscribe(1, `,"since":1`)
	at := protocol.Seq(1)
	for range 5 {
		a.stall(c, 3001)
		head := a.hub.head(1)
		c.events(1, at, head)
		c.quiet()
		at = head
	}
}

func TestControlFrameIsHeldBackDuringAPartialDataFrame(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect(true)
	c.subscribe(1, `,"since":1`)
	a.stall(c, 20_000)
	for i := range 5 {
		c.write(opPing, []byte{'p', byte('0' + i)})
	}
	c.say(`{"type":"request","id":"behind the pings"}`) // when it is answered they were read
	var pong []byte
	at := protocol.Seq(1)
	for answered := false; !answered || at < a.hub.head(1); {
		opcode, payload, err := c.read()
		switch {
		case err != nil:
			t.Fatal(err)
		case opcode == opPong:
			pong = payload
		case bytes.Contains(payload, []byte("behind the pings")):
			answered = true
		default:
			at++
			if !bytes.HasPrefix(payload, event(1, at, 0)[:40]) {
				t.Fatalf("not event %d: %.60q", at, payload)
			}
		}
	}
	if string(pong) != "p4" {
		t.Errorf("the last pong is %q", pong)
	}
}

func TestPeerThatFallsOutOfTheRingGetsOneSnapshotAndGoesOnGapless(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	slow, quick := a.connect(true), a.connect()
	slow.subscribe(1, "")
	a.stall(slow, 1000) // before that the kernel takes some now and then, and it falls out twice
	quick.subscribe(1, "")
	a.storm(quick, 5000)
	at, snapshots := protocol.Seq(1), 0
	for at < a.hub.head(1) {
		switch w := slow.hear(); {
		case w.Type == protocol.MessageSnapshot:
			if snapshots++; w.Seq <= at || w.Recovered == nil || *w.Recovered {
				t.Fatalf("%+v after event %d", w, at)
			}
			at = w.Seq
		case w.Seq != at+1:
			t.Fatalf("event %d after %d", w.Seq, at)
		default:
			at++
		}
	}
	if snapshots != 1 || a.engine.Stats().CatchupSnapshots != 1 {
		t.Errorf("%d snapshots, %d folded", snapshots, a.engine.Stats().CatchupSnapshots)
	}
	a.hub.publish(1, 10)
	slow.events(1, at, at+10)
}

// storm publishes n big events, as fast as somebody reads them who reads quickly.
func (a *arena) storm(reader *client, n int) {
	const step = 50
	for range n / step {
		at := a.hub.head(1)
		a.hub.publishPadded(1, step, 1000)
		reader.events(1, at, at+step)
	}
}

func TestPeerWithSinceThatFallsOutOfTheRingReadsOnFromTheJournal(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect(true)
	c.subscribe(1, `,"since":0`)
	quick := a.connect()
	quick.subscribe(1, "")
	a.storm(quick, 5000)
	head := a.hub.head(1)
	c.events(1, 0, head)
	s := a.engine.Stats()
	if s.ReplayedEvents == 0 || s.CatchupSnapshots != 0 {
		t.Errorf("%+v", s)
	}
	a.hub.publish(1, 10)
	c.events(1, head, head+10)
}

func TestStalledPeerIsClosedAsTooSlowAndReadsWhy(t *testing.T) {
	a := newArena(t, fanout.Options{StallTimeout: 200 * time.Millisecond}, 1)
	c := a.connect(true)
	c.subscribe(1, `,"since":1`)
	a.stall(c, 5000)
	eventually(t, "4008", func() bool { return a.engine.Stats().ClosedSlow == 1 })
	c.expectClose(protocol.CloseTooSlow)
	eventually(t, "the end of the peer", func() bool { return a.engine.Stats().Connections == 0 })
}

func TestSlowPeerThatTakesALittleIsNotClosed(t *testing.T) {
	const stall = 500 * time.Millisecond
	a := newArena(t, fanout.Options{StallTimeout: stall}, 1)
	c := a.connect(true)
	c.subscribe(1, `,"since":1`)
	a.hub.publishPadded(1, 20, 50_000)
	begin := time.Now()
	c.r.Reset(&sipping{c.conn, time.NewTicker(5 * time.Millisecond)})
	c.events(1, 1, 21)
	if took := time.Since(begin); took < 2*stall {
		t.Fatalf("a megabyte was sipped in %v", took)
	}
	if s := a.engine.Stats(); s.ClosedSlow != 0 || s.Stalls == 0 {
		t.Errorf("%+v", s)
	}
}

// sipping reads slowly but steadily.
type sipping struct {
	from io.Reader
	next *time.Ticker
}

func (s *sipping) Read(b []byte) (int, error) {
	<-s.next.C
	return s.from.Read(b[:min(len(b), 4<<10)])
}

// A reader of answers that does not read them is first not asked for more, and cut
// when it takes nothing for too long. It must not cost more than a few answers.
func TestPeerThatAsksAndDoesNotReadIsPausedAndThenClosed(t *testing.T) {
	a := newArena(t, fanout.Options{StallTimeout: 300 * time.Millisecond}, 1)
	c := a.connect(true)
	question := masked(opText, append(append([]byte(`{"type":"request","id":"1","data":"`), padding[:50_000]...), `"}`...))
	asked := 0
	var asking sync.WaitGroup
	asking.Go(func() {
		for ; asked < 2000; asked++ {
			if _, err := c.conn.Write(question); err != nil {
				return
			}
		}
	})
	eventually(t, "4008", func() bool { return a.engine.Stats().ClosedSlow == 1 })
	_ = c.conn.Close()
	asking.Wait()
	if asked == 2000 {
		t.Error("a hundred megabytes of questions were taken")
	}
}

// A hundred stalled peers beside a healthy one: what they cost in memory, and what
// they cost it in time.
func TestStalledPeersAreCheapAndMoveNobody(t *testing.T) {
	const stalled = 100
	a := newArena(t, fanout.Options{}, 1)
	healthy := a.connect()
	healthy.subscribe(1, "")
	alone := healthy.latencies(a, 300)
	others := make([]*client, stalled)
	for i := range others {
		others[i] = a.connect(true)
		others[i].subscribe(1, map[bool]string{true: `,"since":1`}[i%2 == 0])
	}
	before := heap()
	a.storm(healthy, 3000)
	if n := a.engine.Stats().Stalls; n < stalled {
		t.Fatalf("%d sockets are full", n)
	}
	journal := uint64(3000 * 1100) // the fake hub's own list of events
	if each := (max(heap(), before+journal) - before - journal) / stalled; each > 100<<10 {
		t.Errorf("a stalled peer costs %d KiB", each>>10)
	} else {
		t.Logf("a stalled peer costs %d KiB", each>>10)
	}
	beside := healthy.latencies(a, 300)
	t.Logf("p99 alone %v, beside %d stalled peers %v", alone, stalled, beside)
	if beside > 10*alone+20*time.Millisecond {
		t.Errorf("stalled peers moved the p99 from %v to %v", alone, beside)
	}
}

// latencies is the p99 of n events, one at a time.
func (c *client) latencies(a *arena, n int) time.Duration {
	took := make([]time.Duration, n)
	for i := range took {
		a.hub.publish(1, 1)
		at := c.expect("vote.received").At
		took[i] = time.Duration(time.Now().UnixNano() - at)
	}
	slices.Sort(took)
	return took[n*99/100]
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// Replays of many peers at once are read a few at a time and all come to an end.
func TestManyReplaysAtOnce(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 2000)
	var all sync.WaitGroup
	for range 40 {
		c := a.connect()
		all.Go(func() {
			c.subscribe(1, `,"since":0`)
			c.events(1, 0, 2001)
		})
	}
	all.Wait()
}

func TestReplayThatFailsIsTriedAgain(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 2000)
	c := a.connect()
	c.subscribe(1, "")
	a.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	d := a.connect()
	d.say(`{"type":"subscribe","sessionId":1,"since":0}`) // joins the topic that is there
	d.expect(protocol.MessageSubscribed)
	a.hub.fail(nil)
	d.events(1, 0, 2001)
}

func TestReplayOfWhatIsCorruptEndsTheSubscription(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	a.hub.publish(1, 2000)
	c := a.connect()
	c.subscribe(1, "")
	a.hub.fail(protocol.Errorf(protocol.CodeCorrupt, "checksum"))
	c.subscribe(1, `,"since":0`)
	if w := c.expect(protocol.MessageError); w.Code != protocol.CodeCorrupt || w.SessionID != 1 {
		t.Fatalf("%+v", w)
	}
	c.expect(protocol.MessageUnsubscribed)
	c.quiet()
}

func TestConnectionThatBreaksInMidStormIsForgotten(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	c := a.connect(true)
	c.subscribe(1, "")
	a.stall(c, 3000)
	_ = c.conn.Close()
	eventually(t, "the end of the peer", func() bool { return a.engine.Stats().Connections == 0 })
}
