package fanout

import (
	"context"
	"encoding/json"
	"fmt"

	"partyline/protocol"
)

// reopen watches a session again whose feed has ended, because its actor began anew
// or because it was deleted. Subscribers read the old feed to its end and go on in
// the new one at their cursors.
func (t *topic) reopen() {
	for tries := 0; !t.deserted(); tries++ {
		err, wait := t.watchAgain(), t.engine.retryWait(tries)
		switch {
		case err == nil:
			return
		case err.Code == protocol.CodeNotFound:
			t.end()
			return
		case wait == 0:
			t.abandon()
			return
		}
		if !t.engine.pause(wait) {
			return
		}
	}
}

// deserted says that there is nobody left for whom to watch, and then gives up.
func (t *topic) deserted() bool {
	e := t.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	if t.members > 0 {
		return false
	}
	t.reopening.Store(false)
	e.forget(t)
	return true
}

func (t *topic) watchAgain() *protocol.Error {
	e := t.engine
	ctx, cancel := context.WithTimeout(e.ctx, hubTimeout)
	defer cancel()
	f, err := e.o.Hub.Watch(ctx, t.session, t.news)
	if err != nil {
		return asError(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t.feed.Store(f)
	t.reopening.Store(false)
	if t.members == 0 {
		e.desert(t) // the last one parted meanwhile and left this to us
	}
	t.everybody()
	return nil
}

// end marks the session as deleted: each subscriber is told when it has read the feed
// to its end.
func (t *topic) end() {
	t.over.Store(true)
	t.engine.mu.Lock()
	t.engine.forget(t)
	t.engine.mu.Unlock()
	t.everybody()
}

// everybody has all subscribers looked at.
func (t *topic) everybody() {
	t.ring()
	t.passTallies()
}

// abandon sends the subscribers away from a session that cannot be read.
func (t *topic) abandon() {
	t.engine.mu.Lock()
	t.engine.forget(t)
	t.engine.mu.Unlock()
	t.engine.CloseConns(func(p *Conn) bool { return p.follows(t) }, protocol.CloseTryLater, "The session cannot be read")
}

func (p *Conn) follows(t *topic) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.find(t.session)
	return i >= 0 && p.subs[i].topic == t
}

// farewell ends a subscription whose session is deleted. The peer's lock is held.
func (p *Conn) farewell(s *subscription) { p.lose(s, protocol.NotFound("Session")) }

// lose ends a subscription and says why. The peer's lock is held.
func (p *Conn) lose(s *subscription, why *protocol.Error) {
	id := s.topic.session
	i := p.find(id)
	if s.gone || i < 0 {
		return
	}
	p.drop(i)
	p.notify(protocol.Notice{Type: protocol.MessageError, SessionID: id, Message: why.Message, Code: why.Code})
	p.notify(protocol.Notice{Type: protocol.MessageUnsubscribed, SessionID: id, Message: fmt.Sprintf("Unsubscribed from session %d", id)})
}

func (p *Conn) notify(n protocol.Notice) {
	if b, err := json.Marshal(n); err == nil { // strings and numbers: it cannot fail
		p.Send(b)
	}
}
