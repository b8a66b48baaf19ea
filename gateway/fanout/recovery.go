package fanout

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"partyline/protocol"
)

// recovery serves subscriptions that the ring has left behind: one batch from the
// journal or one snapshot each, and then it is the next one's turn. Nobody waits for
// a socket here: the batch lies with the subscription until the peer takes it, and a
// peer that takes it slowly asks slowly for the next.
type recovery struct {
	mu      sync.Mutex
	running int
	waiting []*subscription
}

// ask queues a subscription. Its peer's lock is held and its recovering is set.
func (r *recovery) ask(s *subscription) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, s)
	if r.running < maxRecoveries {
		r.running++
		s.peer.engine.start(r.work)
	}
}

// work serves until nobody waits.
func (r *recovery) work() {
	for s := r.next(); s != nil; s = r.next() {
		s.recover()
	}
}

func (r *recovery) next() *subscription {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) == 0 {
		r.running--
		r.waiting = nil
		return nil
	}
	s := r.waiting[0]
	r.waiting = r.waiting[1:]
	return s
}

// recover reads what the subscription needs and lets it go on.
func (s *subscription) recover() {
	e := s.peer.engine
	ctx, cancel := context.WithTimeout(e.ctx, hubTimeout)
	defer cancel()
	s.peer.mu.Lock()
	gone, gapless, cursor, head := s.gone, s.gapless, s.cursor, s.feed.Head()
	s.peer.mu.Unlock()
	if gone {
		return
	}
	var err error
	if gapless {
		var batch []byte
		if batch, err = e.replay(ctx, s.topic.session, cursor, head); err == nil {
			s.deliver(batch)
		}
	} else {
		err = s.fold(ctx)
	}
	if err != nil {
		s.failed(asError(err))
	}
}

// deliver hands a batch to the subscription, when it is paid for.
func (s *subscription) deliver(batch []byte) {
	then := func() { s.resume(func() { s.setReplay(batch) }) }
	if s.peer.pay != nil {
		if wait := s.peer.pay(len(batch)); wait > 0 {
			time.AfterFunc(wait, then)
			return
		}
	}
	then()
}

// replay reads the next events after the cursor, framed, at least one.
func (e *Engine) replay(ctx context.Context, id protocol.SessionID, cursor, until protocol.Seq) ([]byte, error) {
	batch := make([]byte, 0, replayBatch)
	for event, err := range e.o.Hub.Replay(ctx, id, cursor, until) {
		if err != nil {
			return nil, err
		}
		if event.Seq != cursor+1 {
			return nil, protocol.Errorf(protocol.CodeCorrupt, "Session %d: event %d follows %d", id, event.Seq, cursor)
		}
		if len(batch) > 0 && len(batch)+len(event.Event)+protocol.MaxFrameHeader > replayBatch {
			break
		}
		batch = protocol.AppendFrame(batch, event.Event)
		cursor = event.Seq
	}
	if len(batch) == 0 {
		return nil, protocol.Errorf(protocol.CodeStorage, "Session %d: nothing after event %d", id, cursor)
	}
	return batch, nil
}

// fold replaces what the subscription has missed by the state of things now.
func (s *subscription) fold(ctx context.Context) error {
	state, err := s.peer.engine.o.Hub.State(ctx, s.topic.session)
	if err != nil {
		return err
	}
	message, err := json.Marshal(&protocol.SnapshotMessage{Type: protocol.MessageSnapshot, SessionID: s.topic.session, Seq: state.Seq, Data: state})
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	s.resume(func() {
		// Within the lock that makes the new cursor known: so the snapshot is ahead of the events after it.
		s.peer.Send(message)
		s.cursor = state.Seq
		s.peer.engine.stats.folded.Add(1)
	})
	return nil
}

// resume ends a recovery, unless the subscription is gone.
func (s *subscription) resume(then func()) {
	s.peer.mu.Lock()
	defer s.peer.mu.Unlock()
	if s.gone {
		return
	}
	then()
	s.recovering, s.tries = false, 0
	s.peer.wake()
}

// failed tries again later what may succeed later. Otherwise, or after all patience,
// the peer is told.
func (s *subscription) failed(err *protocol.Error) {
	p := s.peer
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := p.engine.retryWait(s.tries)
	switch {
	case s.gone:
	case err.Code == protocol.CodeNotFound || err.Code == protocol.CodeCorrupt:
		p.lose(s, err)
	case wait == 0:
		p.Close(protocol.CloseTryLater, "The session cannot be read")
	default:
		s.tries++
		time.AfterFunc(wait, s.tryAgain)
	}
}

// tryAgain lets the next flush find once more that the cursor is too old.
func (s *subscription) tryAgain() {
	s.peer.mu.Lock()
	defer s.peer.mu.Unlock()
	s.recovering = false
	s.peer.wake()
}
