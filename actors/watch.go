package actors

import (
	"context"
	"iter"
	"sync/atomic"

	"partyline/actors/admission"
	"partyline/actors/feed"
	"partyline/actors/ledger"
	"partyline/actors/session"
	"partyline/persistence"
	"partyline/protocol"
)

// watchRequest asks a session for its feed.
type subscribeRequest struct {
	notify func()
	ledger.Responder
}

// Watch opens the session's feed or joins it; news is called after each publish, from
// the session's goroutine, and must not block. Whoever watches keeps the session
// awake until Unwatch or until the feed is closed.
func (h *Hub) Watch(ctx context.Context, id protocol.SessionID, news func()) (*feed.Feed, error) {
	pass, refusal := h.caller.Gate.Acquire(admission.ClassFrom(ctx), 1)
	if refusal != nil {
		return nil, refusal
	}
	w := h.caller.Futures.Get()
	var settled atomic.Bool // whoever sets it decides what becomes of the feed
	r := &subscribeRequest{notify: news, Responder: ledger.Responder{Slots: pass, Done: func(answer any, err *protocol.Error) {
		if err == nil && settled.Swap(true) {
			h.Unwatch(id, answer.(*feed.Feed)) // nobody waits for it any more
			return
		}
		w.Done(answer, err)
	}}}
	if err := h.sendSession(id, r); err != nil {
		r.Respond(nil, err)
	}
	answer, err := w.Wait(ctx)
	if err != nil && settled.Swap(true) {
		answer, err = w.Wait(context.Background()) // it came at the same moment
	}
	if err != nil {
		return nil, err
	}
	return answer.(*feed.Feed), nil
}

// Unwatch ends a Watch.
func (h *Hub) Unwatch(id protocol.SessionID, f *feed.Feed) {
	h.routes.send(h.system, id, &unsubscribe{feed: f})
}

// Refresh asks that the feed be given the session's state, because it is stale. It
// does not wait. Asking again meanwhile is fine.
func (h *Hub) Refresh(id protocol.SessionID, f *feed.Feed) {
	h.routes.send(h.system, id, &refresh{f})
}

// State is the whole state of a session as of its Seq. Everything up to that seq has
// been published when it returns.
func (h *Hub) State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error) {
	q := &sessionQuery{Barrier: true, Read: func(s *session.State, seq protocol.Seq) (any, *protocol.Error) {
		return s.View(seq, h.env.Clock.Read()), nil
	}}
	return ledger.AskQuery[*session.State, *protocol.SessionState](ctx, &h.caller, q, func(q *sessionQuery) *protocol.Error { return h.sendSession(id, q) })
}

// Replay yields the stored events after a seq up to and including until, in order.
// Event is valid until the next step.
func (h *Hub) Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error] {
	return func(yield func(feed.StoredEvent, error) bool) {
		for rec, err := range h.env.Journal.Read(ctx, streamOf(id), persistence.Seq(after)) {
			if err != nil {
				yield(feed.StoredEvent{}, ledger.ReadError(ledger.ToClient(err)))
				return
			}
			seq := protocol.Seq(rec.Seq)
			if seq > until {
				return
			}
			_, event, err := ledger.SplitRecord(rec.Data)
			if err != nil {
				yield(feed.StoredEvent{}, ledger.ErrCorrupt())
				return
			}
			if !yield(feed.StoredEvent{Seq: seq, Event: event}, nil) {
				return
			}
		}
	}
}
