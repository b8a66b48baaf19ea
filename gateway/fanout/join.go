package fanout

import (
	"context"
	"errors"

	"partyline/protocol"
)

// join makes the caller a member of the session's topic and opens its feed when it
// is the first. Every join that succeeds is undone by one part.
func (e *Engine) join(ctx context.Context, id protocol.SessionID) (*topic, *protocol.Error) {
	e.mu.Lock()
	t, known := e.topics[id]
	if !known {
		t = newTopic(e, id)
		e.topics[id] = t
	}
	t.members++
	e.mu.Unlock()
	if !known {
		e.open(t)
	}
	select {
	case <-t.ready:
	case <-ctx.Done():
		e.part(t)
		return nil, protocol.Errorf(protocol.CodeTimeout, "No answer in time")
	}
	if t.err != nil {
		e.part(t)
		return nil, asError(t.err)
	}
	return t, nil
}

// open opens the feed of a new topic. It is not the caller's context that bounds it,
// because others may be waiting for the same topic.
func (e *Engine) open(t *topic) {
	ctx, cancel := context.WithTimeout(e.ctx, hubTimeout)
	defer cancel()
	defer close(t.ready)
	f, err := e.o.Hub.Watch(ctx, t.session, t.news)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		t.err = err
		e.forget(t)
		return
	}
	t.feed.Store(f)
	if t.members == 0 {
		e.o.Hub.Unwatch(t.session, f) // nobody has waited for it
	}
	t.ring() // what rang before the feed was known was not heard
}

// enter makes the caller a member of a topic that is open for ever: the lobby.
func (e *Engine) enter(t *topic) {
	e.mu.Lock()
	t.members++
	e.mu.Unlock()
}

// part undoes a join. The last to leave ends the watching: with the lock held, so
// that whoever joins next watches after that.
func (e *Engine) part(t *topic) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t.members--
	if t.members == 0 && !t.isLobby() && !t.reopening.Load() {
		e.desert(t)
	}
}

// desert ends the watching of a topic without members, with the lock held.
func (e *Engine) desert(t *topic) {
	e.forget(t)
	if f := t.feed.Load(); f != nil && !f.Closed() {
		e.o.Hub.Unwatch(t.session, f)
	}
}

// forget lets the next join begin with a new topic.
func (e *Engine) forget(t *topic) {
	if e.topics[t.session] == t {
		delete(e.topics, t.session)
	}
}

// asError finds the refusal in an error; the hub's errors are all of that type.
func asError(err error) *protocol.Error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return e
	}
	return protocol.Errorf(protocol.CodeInternal, "%v", err)
}
