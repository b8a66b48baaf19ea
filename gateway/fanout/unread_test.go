package fanout_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// replySize is the length of a long reply in bytes.
const replySize = 20_000

// leaveUnread sends the client, which reads nothing, replies of so many bytes together, and
// returns how many were accepted.
func (c *client) leaveUnread(bytes int) (answers int) {
	c.t.Helper()
	payload := fmt.Appendf(nil, `{"type":"response","id":"%s"}`, strings.Repeat("x", replySize))
	for range bytes / replySize {
		if !c.server.Send(payload) {
			return answers
		}
		answers++
	}
	return answers
}

// readReplies reads so many replies and expects nothing behind them.
func (c *client) readReplies(answers int) {
	c.t.Helper()
	for range answers {
		c.expect(protocol.MessageResponse)
	}
	c.expectNothing()
}

// unreadClients are clients that have read nothing yet.
type unreadClients struct {
	*testServer
	replies map[*client]int // how many each was sent
}

// overloadAddress connects one client of the hall that leaves more unread than the whole hall
// may, another that leaves a part of it, and others of other addresses that leave as much or
// more.
func (ts *testServer) overloadAddress(budget int) (greedy *client, others unreadClients) {
	ts.t.Helper()
	greedy, modest, neighbour, operator := ts.connectFrom(hall), ts.connectFrom(hall), ts.connectFrom(street), ts.connectFrom("")
	others = unreadClients{ts, map[*client]int{modest: modest.leaveUnread(budget / 8), neighbour: neighbour.leaveUnread(budget * 3 / 4), operator: operator.leaveUnread(budget * 3 / 2)}}
	ts.sendUntilOneIsClosed(greedy, budget)
	return greedy, others
}

// sendUntilOneIsClosed leaves more and more unread by one client until a connection is closed.
func (ts *testServer) sendUntilOneIsClosed(c *client, budget int) {
	ts.t.Helper()
	eventually(ts.t, "a closed connection", func() bool {
		c.leaveUnread(budget / 20)
		return ts.engine.Stats().ClosedSlow > 0
	})
}

// readAllReplies reads everything the clients were sent.
func (c unreadClients) readAllReplies() {
	c.t.Helper()
	for c, answers := range c.replies {
		c.readReplies(answers)
	}
	if n := c.engine.Stats().ClosedSlow; n != 1 {
		c.t.Errorf("%d were closed", n)
	}
}

const (
	hall   = "203.0.113.7"
	street = "198.51.100.4"
)

// Of the connections of one address that leaves too much unread, the one with the budget is
// closed. The others are sent everything.
func TestConnectionWithMostUnreadOfAnAddressIsClosed(t *testing.T) {
	const budget = 2 << 20
	ts := newServer(t, fanout.Options{MaxUnreadPerAddress: budget})
	greedy, others := ts.overloadAddress(budget)
	greedy.expectClose(protocol.CloseTooSlow)
	others.readAllReplies()
}

// With TLS a record that was begun cannot be completed, so the client is not told why.
func TestConnectionWithMostUnreadOfAnAddressIsClosedWithTLS(t *testing.T) {
	const budget = 2 << 20
	ts := newTLSServer(t, fanout.Options{MaxUnreadPerAddress: budget})
	greedy, others := ts.overloadAddress(budget)
	for err := error(nil); err == nil; {
		_, err = greedy.tryReadMessage()
	}
	others.readAllReplies()
}

// When all connections together leave too much unread, the heaviest of the heaviest address is
// closed.
func TestTotalUnreadIsBounded(t *testing.T) {
	const budget = 4 << 20
	ts := newServer(t, fanout.Options{MaxUnread: budget})
	large, small, other := ts.connectFrom(hall), ts.connectFrom(hall), ts.connectFrom(street)
	kept := map[*client]int{small: small.leaveUnread(budget / 8), other: other.leaveUnread(budget / 4)}
	ts.sendUntilOneIsClosed(large, budget)
	large.expectClose(protocol.CloseTooSlow)
	for c, answers := range kept {
		c.readReplies(answers)
	}
	if n := ts.engine.Stats().ClosedSlow; n != 1 {
		t.Errorf("%d were closed", n)
	}
}

// Each batch of a replay is charged and waits for as long as chargeReplay says; no event is
// left out or comes before.
func TestReplayIsCharged(t *testing.T) {
	const events, wait = 2000, 20 * time.Millisecond
	var charged, batches atomic.Int64
	ts := newServer(t, fanout.Options{}, 1)
	ts.chargeReplay = func(bytes int) time.Duration {
		charged.Add(int64(bytes))
		batches.Add(1)
		return wait
	}
	ts.hub.publish(1, events)
	begin := time.Now()
	c := ts.connect()
	c.subscribe(1, `,"since":0`)
	head := ts.hub.head(1)
	c.expectEvents(1, 0, head)
	if n := batches.Load(); n < 2 || charged.Load() < events*50 || time.Since(begin) < time.Duration(n)*wait {
		t.Errorf("%d bytes were charged in %d batches, within %s", charged.Load(), n, time.Since(begin))
	}
	ts.hub.publish(1, 10)
	c.expectEvents(1, head, head+10)
}

// Events read from the journal count as unread until the client has read them.
func TestReplayedBytesCountAsUnread(t *testing.T) {
	ts := newServer(t, fanout.Options{}, 1)
	slow, quick := ts.connectFrom(hall), ts.connect()
	slow.subscribe(1, `,"since":1`)
	ts.stall(slow, 1000)
	quick.subscribe(1, "")
	ts.publishBig(quick, 5000)
	at := protocol.Seq(1)
	for largest := int64(0); at < ts.hub.head(1); at++ {
		largest = max(largest, ts.engine.Stats().Unread)
		slow.expectEvents(1, at, at+1)
		if at+1 == ts.hub.head(1) && largest < 40<<10 {
			t.Errorf("at most %d bytes were counted", largest)
		}
	}
	slow.expectNothing()
	eventually(t, "nothing unread", func() bool { return ts.engine.Stats().Unread == 0 })
}
