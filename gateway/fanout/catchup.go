package fanout

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"partyline/protocol"
)

// catchupQueue serves subscriptions whose cursor is older than the ring: one batch from the
// journal or one snapshot for each in turn. It never waits for a socket: the batch stays with
// the subscription until the connection has written it, and a slow client asks slowly for the
// next.
type catchupQueue struct {
	mu      sync.Mutex
	running int
	waiting []*subscription
}

// add queues a subscription. Its connection's lock is held and its catchingUp is set.
func (q *catchupQueue) add(s *subscription) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, s)
	if q.running < maxCatchups {
		q.running++
		s.conn.engine.startTask(q.run)
	}
}

// run serves until no subscription waits.
func (q *catchupQueue) run() {
	for s := q.next(); s != nil; s = q.next() {
		s.catchUp()
	}
}

func (q *catchupQueue) next() *subscription {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.running--
		q.waiting = nil
		return nil
	}
	s := q.waiting[0]
	q.waiting = q.waiting[1:]
	return s
}

// catchUp reads what the subscription lacks and lets it go on.
func (s *subscription) catchUp() {
	e := s.conn.engine
	ctx, cancel := context.WithTimeout(e.ctx, hubTimeout)
	defer cancel()
	s.conn.mu.Lock()
	ended, gapless, cursor, head := s.ended, s.gapless, s.cursor, s.feed.Head()
	s.conn.mu.Unlock()
	if ended {
		return
	}
	var err error
	if gapless && cursor >= s.feed.OldestStored() {
		var batch []byte
		if batch, err = e.readReplay(ctx, s.topic.session, cursor, head); err == nil {
			s.deliverReplay(batch)
		}
	} else {
		err = s.sendSnapshot(ctx)
	}
	if err != nil {
		s.catchupFailed(asProtocolError(err))
	}
}

// deliverReplay gives a batch to the subscription, after the wait that chargeReplay asks for.
func (s *subscription) deliverReplay(batch []byte) {
	then := func() { s.resume(func() { s.setReplay(batch) }) }
	if s.conn.chargeReplay != nil {
		if wait := s.conn.chargeReplay(len(batch)); wait > 0 {
			time.AfterFunc(wait, then)
			return
		}
	}
	then()
}

// readReplay reads the next events after the cursor, framed, at least one.
func (e *Engine) readReplay(ctx context.Context, id protocol.SessionID, cursor, until protocol.Seq) ([]byte, error) {
	batch := make([]byte, 0, replayBatchSize)
	for event, err := range e.options.Hub.Replay(ctx, id, cursor, until) {
		if err != nil {
			return nil, err
		}
		if event.Seq != cursor+1 {
			return nil, protocol.Errorf(protocol.CodeCorrupt, "Session %d: event %d follows %d", id, event.Seq, cursor)
		}
		if len(batch) > 0 && len(batch)+len(event.Event)+protocol.MaxFrameHeader > replayBatchSize {
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

// sendSnapshot replaces the events that the subscription has missed by the session's state.
func (s *subscription) sendSnapshot(ctx context.Context) error {
	state, err := s.conn.engine.options.Hub.State(ctx, s.topic.session)
	if err != nil {
		return err
	}
	message, err := json.Marshal(&protocol.SnapshotMessage{Type: protocol.MessageSnapshot, SessionID: s.topic.session, Seq: state.Seq, Data: state})
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	s.resume(func() {
		// With the lock that also sets the cursor: so the snapshot is ahead of the events after it.
		s.conn.Send(message)
		s.cursor = state.Seq
		s.conn.engine.stats.catchupSnapshots.Add(1)
	})
	return nil
}

// resume ends a catch-up, unless the subscription has ended.
func (s *subscription) resume(then func()) {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if s.ended {
		return
	}
	then()
	s.catchingUp, s.failedTries = false, 0
	s.conn.wake()
}

// catchupFailed retries later what may succeed later. Otherwise, or after RetryTimeout, the
// client is told.
func (s *subscription) catchupFailed(err *protocol.Error) {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := c.engine.retryDelay(s.failedTries)
	switch {
	case s.ended:
	case err.Code == protocol.CodeNotFound || err.Code == protocol.CodeCorrupt:
		c.endSubscription(s, err)
	case wait == 0:
		c.Close(protocol.CloseTryLater, "The session cannot be read")
	default:
		s.failedTries++
		time.AfterFunc(wait, s.retryCatchup)
	}
}

// retryCatchup makes the next flush find once more that the cursor is too old.
func (s *subscription) retryCatchup() {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	s.catchingUp = false
	s.conn.wake()
}
