package actors

import (
	"context"
	"iter"
	"sync/atomic"

	"partyline/actors/feed"
	"partyline/actors/session"
	"partyline/persistence"
	"partyline/protocol"
)

// watchRequest asks a session for its feed.
type watchRequest struct {
	news func()
	ticket
}

// Watch opens the session's feed or joins it; news is called after each publish, from
// the session's goroutine, and must not block. Whoever watches keeps the session
// awake until Unwatch or until the feed is closed.
func (h *Hub) Watch(ctx context.Context, id protocol.SessionID, news func()) (*feed.Feed, error) {
	pass, refusal := h.door.enter(classIn(ctx), 1)
	if refusal != nil {
		return nil, refusal
	}
	w := h.waiters.get()
	var settled atomic.Bool // whoever sets it decides what becomes of the feed
	r := &watchRequest{news: news, ticket: ticket{pass: pass, done: func(answer any, err *protocol.Error) {
		if err == nil && settled.Swap(true) {
			h.Unwatch(id, answer.(*feed.Feed)) // nobody waits for it any more
			return
		}
		w.done(answer, err)
	}}}
	if err := h.sendSession(id, r); err != nil {
		r.reply(nil, err)
	}
	answer, err := w.wait(ctx)
	if err != nil && settled.Swap(true) {
		answer, err = w.wait(context.Background()) // it came at the same moment
	}
	if err != nil {
		return nil, err
	}
	return answer.(*feed.Feed), nil
}

// Unwatch ends a Watch.
func (h *Hub) Unwatch(id protocol.SessionID, f *feed.Feed) {
	h.routes.send(h.system.Root, id, &unwatch{f})
}

// Refresh asks that the feed be given the session's state, because it is stale. It
// does not wait. Asking again meanwhile is fine.
func (h *Hub) Refresh(id protocol.SessionID, f *feed.Feed) {
	h.routes.send(h.system.Root, id, &refresh{f})
}

// State is the whole state of a session as of its Seq. Everything up to that seq has
// been published when it returns.
func (h *Hub) State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error) {
	return await[*session.State, *protocol.SessionState](ctx, h, nil, func(q *sessionQuery) *protocol.Error {
		q.barrier = true
		q.read = func(s *session.State, seq protocol.Seq) (any, *protocol.Error) {
			return s.View(seq, h.clock.moment()), nil
		}
		return h.sendSession(id, q)
	})
}

// Replay yields the stored events after a seq up to and including until, in order.
// Event is valid until the next step.
func (h *Hub) Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error] {
	return func(yield func(feed.StoredEvent, error) bool) {
		for rec, err := range h.journal.Read(ctx, streamOf(id), persistence.Seq(after)) {
			if err != nil {
				yield(feed.StoredEvent{}, asRead(refusalOf(err)))
				return
			}
			seq := protocol.Seq(rec.Seq)
			if seq > until {
				return
			}
			_, event, err := splitRecord(rec.Data)
			if err != nil {
				yield(feed.StoredEvent{}, errCorrupt())
				return
			}
			if !yield(feed.StoredEvent{Seq: seq, Event: event}, nil) {
				return
			}
		}
	}
}
