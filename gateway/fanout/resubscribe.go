package fanout

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"partyline/protocol"
)

// resubscribe watches a session again whose feed was closed, because its actor was restarted
// or because it was deleted. Subscribers read the old feed to its end and go on in the new one
// at their cursors.
func (t *topic) resubscribe() {
	for failed := 0; !t.stopIfEmpty(); failed++ {
		err, wait := t.rewatch(), t.engine.retryDelay(failed)
		switch {
		case err == nil:
			return
		case err.Code == protocol.CodeNotFound:
			t.markDeleted()
			return
		case wait == 0:
			t.closeSubscribers()
			return
		}
		if !t.engine.sleep(wait) {
			return
		}
	}
}

// stopIfEmpty removes the topic and returns true when it has no members left.
func (t *topic) stopIfEmpty() bool {
	e := t.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if t.members > 0 {
		return false
	}
	t.resubscribing.Store(false)
	e.removeTopic(t)
	return true
}

func (t *topic) rewatch() *protocol.Error {
	e := t.engine
	ctx, cancel := context.WithTimeout(e.ctx, hubTimeout)
	defer cancel()
	f, err := e.options.Hub.Watch(ctx, t.session, t.onNews)
	if err != nil {
		return asProtocolError(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t.feed.Store(f)
	t.resubscribing.Store(false)
	if t.members == 0 {
		e.closeTopic(t) // the last member has left meanwhile
	}
	t.wakeAll()
	return nil
}

// markDeleted notes that the session is deleted: each subscriber is told when it has read the
// feed to its end.
func (t *topic) markDeleted() {
	t.deleted.Store(true)
	t.engine.mu.Lock()
	t.engine.removeTopic(t)
	t.engine.mu.Unlock()
	t.wakeAll()
}

// wakeAll queues all subscribers, also those of tallies.
func (t *topic) wakeAll() {
	t.notify()
	t.queueTallyShards()
}

// closeSubscribers closes the connections that subscribe to a session that cannot be read.
func (t *topic) closeSubscribers() {
	t.engine.mu.Lock()
	t.engine.removeTopic(t)
	t.engine.mu.Unlock()
	t.engine.CloseConns(func(c *Conn) bool { return c.subscribesTo(t) }, protocol.CloseTryLater, "The session cannot be read")
}

func (c *Conn) subscribesTo(t *topic) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.findSub(t.session)
	return i >= 0 && c.subs[i].topic == t
}

// sessionDeleted ends a subscription whose session is deleted. The connection's lock is held.
func (c *Conn) sessionDeleted(s *subscription) { c.endSubscription(s, protocol.NotFound("Session")) }

// endSubscription ends a subscription and sends the reason. The connection's lock is held.
func (c *Conn) endSubscription(s *subscription, why *protocol.Error) {
	id := s.topic.session
	i := c.findSub(id)
	if s.ended || i < 0 {
		return
	}
	c.dropSub(i)
	c.sendNotice(protocol.Notice{Type: protocol.MessageError, SessionID: id, Message: why.Message, Code: why.Code})
	c.sendNotice(protocol.Notice{Type: protocol.MessageUnsubscribed, SessionID: id, Message: fmt.Sprintf("Unsubscribed from session %d", id)})
}

func (c *Conn) sendNotice(n protocol.Notice) {
	if b, err := json.Marshal(n); err == nil { // strings and numbers: it cannot fail
		c.Send(b)
	}
}

// retryDelay is how long to wait before the next try to read a session, after so many that
// failed; 0 when RetryTimeout is over.
func (e *Engine) retryDelay(failed int) time.Duration {
	var waited time.Duration
	wait := minRetryDelay
	for range failed {
		waited += wait
		wait = min(2*wait, maxRetryDelay)
	}
	if waited > e.options.RetryTimeout {
		return 0
	}
	return wait
}

// sleep waits; false when the engine closes meanwhile.
func (e *Engine) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-e.ctx.Done():
		return false
	}
}
