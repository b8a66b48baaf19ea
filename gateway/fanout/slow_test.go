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

// stall publishes until the client's socket stays full: it is full for a moment now and then
// while the kernel works.
func (ts *testServer) stall(c *client, padding int) {
	ts.t.Helper()
	const inARow = 50 // checks, a millisecond apart
	checks := 0
	eventually(ts.t, "a full socket", func() bool {
		if checks++; !c.server.SlowWriting() {
			checks = 0
			ts.hub.publishPadded(1, 5, padding)
		}
		return checks == inARow
	})
}

func TestPartialWriteResumesMidFrame(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect(true)
	c.subscribe(1, `,"since":1`)
	at := protocol.Seq(1)
	for range 5 {
		ts.stall(c, 3001)
		head := ts.hub.head(1)
		c.expectEvents(1, at, head)
		c.expectNothing()
		at = head
	}
}

func TestControlFrameIsHeldBackDuringAPartialDataFrame(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect(true)
	c.subscribe(1, `,"since":1`)
	ts.stall(c, 20_000)
	for i := range 5 {
		c.write(opPing, []byte{'p', byte('0' + i)})
	}
	c.sendText(`{"type":"request","id":"behind the pings"}`) // when it is answered they were read
	var pong []byte
	at := protocol.Seq(1)
	for answered := false; !answered || at < ts.hub.head(1); {
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

func TestSlowConnectionGetsOneSnapshotAndThenEveryEvent(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	slow, quick := ts.connect(true), ts.connect()
	slow.subscribe(1, "")
	ts.stall(slow, 1000) // before that the kernel accepts some now and then, and it would fall behind twice
	quick.subscribe(1, "")
	ts.publishBig(quick, 5000)
	at, snapshots := protocol.Seq(1), 0
	for at < ts.hub.head(1) {
		switch m := slow.readMessage(); {
		case m.Type == protocol.MessageSnapshot:
			if snapshots++; m.Seq <= at || m.Recovered == nil || *m.Recovered {
				t.Fatalf("%+v after event %d", m, at)
			}
			at = m.Seq
		case m.Seq != at+1:
			t.Fatalf("event %d after %d", m.Seq, at)
		default:
			at++
		}
	}
	if snapshots != 1 || ts.engine.Stats().CatchupSnapshots != 1 {
		t.Errorf("%d snapshots, %d counted", snapshots, ts.engine.Stats().CatchupSnapshots)
	}
	ts.hub.publish(1, 10)
	slow.expectEvents(1, at, at+10)
}

// publishBig publishes n big events, as fast as the reader reads them.
func (ts *testServer) publishBig(reader *client, n int) {
	const step = 50
	for range n / step {
		at := ts.hub.head(1)
		ts.hub.publishPadded(1, step, 1000)
		reader.expectEvents(1, at, at+step)
	}
}

func TestSlowConnectionWithSinceCatchesUpFromTheJournal(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect(true)
	c.subscribe(1, `,"since":0`)
	quick := ts.connect()
	quick.subscribe(1, "")
	ts.publishBig(quick, 5000)
	head := ts.hub.head(1)
	c.expectEvents(1, 0, head)
	s := ts.engine.Stats()
	if s.ReplayedEvents == 0 || s.CatchupSnapshots != 0 {
		t.Errorf("%+v", s)
	}
	ts.hub.publish(1, 10)
	c.expectEvents(1, head, head+10)
}

func TestStalledConnectionIsClosedAsTooSlow(t *testing.T) {
	ts := newServer(t, fanout.Options{StallTimeout: 200 * time.Millisecond}, 1)
	c := ts.connect(true)
	c.subscribe(1, `,"since":1`)
	ts.stall(c, 5000)
	eventually(t, "4008", func() bool { return ts.engine.Stats().ClosedSlow == 1 })
	c.expectClose(protocol.CloseTooSlow)
	eventually(t, "the end of the connection", func() bool { return ts.engine.Stats().Connections == 0 })
}

func TestSlowButSteadyReaderIsNotClosed(t *testing.T) {
	const stall = 1500 * time.Millisecond // busy machines hold a reader up for a second
	ts := newServer(t, fanout.Options{StallTimeout: stall}, 1)
	c := ts.connect(true)
	c.subscribe(1, `,"since":1`)
	ts.hub.publishPadded(1, 20, 50_000)
	begin := time.Now()
	c.r.Reset(&slowReader{c.conn, time.NewTicker(15 * time.Millisecond)})
	c.expectEvents(1, 1, 21)
	if took := time.Since(begin); took < 2*stall {
		t.Fatalf("a megabyte was read in %v", took)
	}
	if s := ts.engine.Stats(); s.ClosedSlow != 0 || s.Stalls == 0 {
		t.Errorf("%+v", s)
	}
}

// slowReader reads slowly but steadily.
type slowReader struct {
	from io.Reader
	next *time.Ticker
}

func (s *slowReader) Read(b []byte) (int, error) {
	<-s.next.C
	return s.from.Read(b[:min(len(b), 4<<10)])
}

// A client that requests and does not read the replies is first not read from, and then closed
// when it accepts nothing for too long. It must not cost more than a few replies.
func TestClientThatDoesNotReadRepliesIsPausedAndThenClosed(t *testing.T) {
	ts := newServer(t, fanout.Options{StallTimeout: 300 * time.Millisecond}, 1)
	c := ts.connect(true)
	request := masked(opText, append(append([]byte(`{"type":"request","id":"1","data":"`), padding[:50_000]...), `"}`...))
	asked := 0
	var asking sync.WaitGroup
	asking.Go(func() {
		for ; asked < 2000; asked++ {
			if _, err := c.conn.Write(request); err != nil {
				return
			}
		}
	})
	eventually(t, "4008", func() bool { return ts.engine.Stats().ClosedSlow == 1 })
	_ = c.conn.Close()
	asking.Wait()
	if asked == 2000 {
		t.Error("a hundred megabytes of requests were accepted")
	}
}

// Measures the memory of a hundred stalled connections, and the latency of a healthy one
// beside them.
func TestStalledConnectionsAreCheapAndDelayNobody(t *testing.T) {
	const stalled = 100
	ts := newServer(t, fanout.Options{}, 1)
	healthy := ts.connect()
	healthy.subscribe(1, "")
	alone := healthy.measureP99(ts, 300)
	others := make([]*client, stalled)
	for i := range others {
		others[i] = ts.connect(true)
		others[i].subscribe(1, map[bool]string{true: `,"since":1`}[i%2 == 0])
	}
	before := heap()
	ts.publishBig(healthy, 3000)
	if n := ts.engine.Stats().Stalls; n < stalled {
		t.Fatalf("%d sockets are full", n)
	}
	journal := uint64(3000 * 1100) // the fake hub's own list of events
	if each := (max(heap(), before+journal) - before - journal) / stalled; each > 100<<10 {
		t.Errorf("a stalled connection costs %d KiB", each>>10)
	} else {
		t.Logf("a stalled connection costs %d KiB", each>>10)
	}
	beside := healthy.measureP99(ts, 300)
	t.Logf("p99 alone %v, beside %d stalled connections %v", alone, stalled, beside)
	if beside > 10*alone+20*time.Millisecond {
		t.Errorf("stalled connections moved the p99 from %v to %v", alone, beside)
	}
}

// measureP99 is the 99th percentile of the latency of n events, published one at a time.
func (c *client) measureP99(ts *testServer, n int) time.Duration {
	took := make([]time.Duration, n)
	for i := range took {
		ts.hub.publish(1, 1)
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

// Replays of many connections at once are read a few at a time and all complete.
func TestManyReplaysAtOnce(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 2000)
	var all sync.WaitGroup
	for range 40 {
		c := ts.connect()
		all.Go(func() {
			c.subscribe(1, `,"since":0`)
			c.expectEvents(1, 0, 2001)
		})
	}
	all.Wait()
}

func TestFailedReplayIsRetried(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 2000)
	c := ts.connect()
	c.subscribe(1, "")
	ts.hub.fail(protocol.Errorf(protocol.CodeStorage, "disk full"))
	d := ts.connect()
	d.sendText(`{"type":"subscribe","sessionId":1,"since":0}`) // joins the topic that is there
	d.expect(protocol.MessageSubscribed)
	ts.hub.fail(nil)
	d.expectEvents(1, 0, 2001)
}

func TestCorruptReplayEndsTheSubscription(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	ts.hub.publish(1, 2000)
	c := ts.connect()
	c.subscribe(1, "")
	ts.hub.fail(protocol.Errorf(protocol.CodeCorrupt, "checksum"))
	c.subscribe(1, `,"since":0`)
	if m := c.expect(protocol.MessageError); m.Code != protocol.CodeCorrupt || m.SessionID != 1 {
		t.Fatalf("%+v", m)
	}
	c.expect(protocol.MessageUnsubscribed)
	c.expectNothing()
}

func TestBrokenConnectionIsRemoved(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	c := ts.connect(true)
	c.subscribe(1, "")
	ts.stall(c, 3000)
	_ = c.conn.Close()
	eventually(t, "the end of the connection", func() bool { return ts.engine.Stats().Connections == 0 })
}
