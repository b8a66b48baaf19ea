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

// answerSize is that of a long answer.
const answerSize = 20_000

// leave sends the client, who reads nothing, answers of so many bytes together, and says
// how many were accepted.
func (c *client) leave(bytes int) (answers int) {
	c.t.Helper()
	payload := fmt.Appendf(nil, `{"type":"response","id":"%s"}`, strings.Repeat("x", answerSize))
	for range bytes / answerSize {
		if !c.peer.Send(payload) {
			return answers
		}
		answers++
	}
	return answers
}

// take reads so many answers and wants nothing to follow.
func (c *client) take(answers int) {
	c.t.Helper()
	for range answers {
		c.expect(protocol.MessageResponse)
	}
	c.quiet()
}

// crowded is an arena with clients who read nothing yet.
type crowded struct {
	*arena
	kept map[*client]int // the answers that each was sent
}

// crowd has one client of the hall leave more unread than all of the hall may, another a
// part of it, and others of other addresses as much or more.
func (a *arena) crowd(most int) (greedy *client, others crowded) {
	a.t.Helper()
	greedy, modest, neighbour, operator := a.connectFrom(hall), a.connectFrom(hall), a.connectFrom(street), a.connectFrom("")
	others = crowded{a, map[*client]int{modest: modest.leave(most / 8), neighbour: neighbour.leave(most * 3 / 4), operator: operator.leave(most * 3 / 2)}}
	a.overload(greedy, most)
	return greedy, others
}

// overload has a client leave more and more unread until somebody is closed.
func (a *arena) overload(c *client, most int) {
	a.t.Helper()
	eventually(a.t, "a peer that is closed", func() bool {
		c.leave(most / 20)
		return a.engine.Stats().ClosedSlow > 0
	})
}

// take has the others read all they were sent.
func (c crowded) take() {
	c.t.Helper()
	for c, answers := range c.kept {
		c.take(answers)
	}
	if n := c.engine.Stats().ClosedSlow; n != 1 {
		c.t.Errorf("%d were closed", n)
	}
}

const (
	hall   = "203.0.113.7"
	street = "198.51.100.4"
)

// TestWhoLeavesTheMostUnreadIsClosed: of those from one address, when that has more than
// its share. The others are sent everything.
func TestWhoLeavesTheMostUnreadIsClosed(t *testing.T) {
	const most = 2 << 20
	a := newArena(t, fanout.Options{MaxUnreadPerAddress: most})
	greedy, others := a.crowd(most)
	greedy.expectClose(protocol.CloseTooSlow)
	others.take()
}

// With TLS a record that was begun cannot be ended, so nobody is told why.
func TestWhoLeavesTheMostUnreadIsClosedWithTLS(t *testing.T) {
	const most = 2 << 20
	a := newTLSArena(t, fanout.Options{MaxUnreadPerAddress: most})
	greedy, others := a.crowd(most)
	for err := error(nil); err == nil; {
		_, err = greedy.tryHear()
	}
	others.take()
}

// TestAllTogetherLeaveSoMuchUnread: then the heaviest of the heaviest address is closed.
func TestAllTogetherLeaveSoMuchUnread(t *testing.T) {
	const most = 4 << 20
	a := newArena(t, fanout.Options{MaxUnread: most})
	large, small, other := a.connectFrom(hall), a.connectFrom(hall), a.connectFrom(street)
	kept := map[*client]int{small: small.leave(most / 8), other: other.leave(most / 4)}
	a.overload(large, most)
	large.expectClose(protocol.CloseTooSlow)
	for c, answers := range kept {
		c.take(answers)
	}
	if n := a.engine.Stats().ClosedSlow; n != 1 {
		t.Errorf("%d were closed", n)
	}
}

// TestAReplayIsPaidFor: for each batch, which comes when that is so, and nothing is left
// out or comes before.
func TestAReplayIsPaidFor(t *testing.T) {
	const events, wait = 2000, 20 * time.Millisecond
	var paid, batches atomic.Int64
	a := newArena(t, fanout.Options{}, 1)
	a.pay = func(bytes int) time.Duration {
		paid.Add(int64(bytes))
		batches.Add(1)
		return wait
	}
	a.hub.publish(1, events)
	begin := time.Now()
	c := a.connect()
	c.subscribe(1, `,"since":0`)
	head := a.hub.head(1)
	c.events(1, 0, head)
	if n := batches.Load(); n < 2 || paid.Load() < events*50 || time.Since(begin) < time.Duration(n)*wait {
		t.Errorf("%d bytes were paid for in %d batches, within %s", paid.Load(), n, time.Since(begin))
	}
	a.hub.publish(1, 10)
	c.events(1, head, head+10)
}

// TestWhatWasReadFromTheJournalCountsAsUnread, until it is taken.
func TestWhatWasReadFromTheJournalCountsAsUnread(t *testing.T) {
	a := newArena(t, fanout.Options{}, 1)
	slow, quick := a.connectFrom(hall), a.connect()
	slow.subscribe(1, `,"since":1`)
	a.stall(slow, 1000)
	quick.subscribe(1, "")
	a.storm(quick, 5000)
	at := protocol.Seq(1)
	for most := int64(0); at < a.hub.head(1); at++ {
		most = max(most, a.engine.Stats().Unread)
		slow.events(1, at, at+1)
		if at+1 == a.hub.head(1) && most < 40<<10 {
			t.Errorf("at most %d bytes were counted", most)
		}
	}
	slow.quiet()
	eventually(t, "nothing unread", func() bool { return a.engine.Stats().Unread == 0 })
}
