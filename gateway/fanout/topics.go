package fanout

import (
	"context"
	"errors"

	"partyline/protocol"
)

// joinTopic makes the caller a member of the session's topic and opens its feed when it is the
// first. Every successful joinTopic is undone by one leaveTopic.
func (e *Engine) joinTopic(ctx context.Context, id protocol.SessionID) (*topic, *protocol.Error) {
	e.mu.Lock()
	t, known := e.topics[id]
	if !known {
		t = newTopic(e, id)
		e.topics[id] = t
	}
	t.members++
	e.mu.Unlock()
	if !known {
		e.openTopic(t)
	}
	select {
	case <-t.ready:
	case <-ctx.Done():
		e.leaveTopic(t)
		return nil, protocol.Errorf(protocol.CodeTimeout, "No response in time")
	}
	if t.openErr != nil {
		e.leaveTopic(t)
		return nil, asProtocolError(t.openErr)
	}
	return t, nil
}

// openTopic opens the feed of a new topic. The caller's context does not bound it, because
// others may be waiting for the same topic.
func (e *Engine) openTopic(t *topic) {
	ctx, cancel := context.WithTimeout(e.ctx, hubTimeout)
	defer cancel()
	defer close(t.ready)
	f, err := e.options.Hub.Watch(ctx, t.session, t.onNews)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		t.openErr = err
		e.removeTopic(t)
		return
	}
	t.feed.Store(f)
	if t.members == 0 {
		e.options.Hub.Unwatch(t.session, f) // every caller has given up waiting
	}
	t.notify() // publishes before the feed was set found no feed
}

// addMember makes the caller a member of a topic that is always open: the announcements.
func (e *Engine) addMember(t *topic) {
	e.mu.Lock()
	t.members++
	e.mu.Unlock()
}

// leaveTopic undoes a joinTopic. The last member to leave ends the watching: with the lock
// held, so that the next one to join watches after that.
func (e *Engine) leaveTopic(t *topic) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t.members--
	if t.members == 0 && !t.isAnnouncements() && !t.resubscribing.Load() {
		e.closeTopic(t)
	}
}

// closeTopic ends the watching of a topic without members, with the lock held.
func (e *Engine) closeTopic(t *topic) {
	e.removeTopic(t)
	if f := t.feed.Load(); f != nil && !f.Closed() {
		e.options.Hub.Unwatch(t.session, f)
	}
}

// removeTopic makes the next joinTopic begin with a new topic. The lock is held.
func (e *Engine) removeTopic(t *topic) {
	if e.topics[t.session] == t {
		delete(e.topics, t.session)
	}
}

// asProtocolError unwraps the *protocol.Error; all errors of the hub are of that type.
func asProtocolError(err error) *protocol.Error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return e
	}
	return protocol.Errorf(protocol.CodeInternal, "%v", err)
}
