package sessions

import (
	"context"
	"iter"
	"sync/atomic"

	"partyline/actors/admission"
	"partyline/actors/feed"
	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/persistence"
	"partyline/protocol"
)

// Feeds gives access to the feeds of sessions and to what they begin with: the state, and
// stored events. Its methods may be called from any goroutine; the errors are *protocol.Error.
type Feeds struct{ service *Service }

// subscribeRequest asks a session for its feed.
type subscribeRequest struct {
	notify func()
	ledger.Responder
}

// Watch subscribes to the feed of a session; notify is called after each publish, from the
// session's goroutine, and must not block. A subscriber keeps the session awake until Unwatch
// or until the feed is closed.
func (f *Feeds) Watch(ctx context.Context, id protocol.SessionID, notify func()) (*feed.Feed, error) {
	slots, refusal := f.service.Caller.Gate.Acquire(admission.ClassFrom(ctx), 1)
	if refusal != nil {
		return nil, refusal
	}
	future := f.service.Caller.Futures.Get()
	var decided atomic.Bool // set by the first of answer and timeout, which decides who has the feed
	r := &subscribeRequest{notify: notify, Responder: ledger.Responder{Slots: slots, Done: func(answer any, err *protocol.Error) {
		if err == nil && decided.Swap(true) {
			f.Unwatch(id, answer.(*feed.Feed)) // the caller has given up
			return
		}
		future.Done(answer, err)
	}}}
	if err := f.service.Send(id, r); err != nil {
		r.Respond(nil, err)
	}
	answer, err := future.Wait(ctx)
	if err != nil && decided.Swap(true) {
		answer, err = future.Wait(context.Background()) // the answer came at the same moment
	}
	if err != nil {
		return nil, err
	}
	return answer.(*feed.Feed), nil
}

// Unwatch ends a Watch.
func (f *Feeds) Unwatch(id protocol.SessionID, old *feed.Feed) {
	f.service.addresses.send(f.service.System, id, &unsubscribe{feed: old})
}

// Refresh asks that the feed be given the session's state, because it is stale. It does not
// wait. Further calls meanwhile do nothing.
func (f *Feeds) Refresh(id protocol.SessionID, stale *feed.Feed) {
	f.service.addresses.send(f.service.System, id, &refresh{stale})
}

// Announcements is the feed of the session.started events of all sessions. Its sequence numbers
// are its own.
func (f *Feeds) Announcements() *feed.Feed { return f.service.announcements.feed }

// State is the whole state of a session as of its Seq. Every event up to that seq has been
// published when State returns.
func (f *Feeds) State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error) {
	q := &Query{Barrier: true, Read: func(h *session.State, seq protocol.Seq) (any, *protocol.Error) {
		return h.View(seq, f.service.Env.Clock.Read()), nil
	}}
	return ledger.AskQuery[*session.State, *protocol.SessionState](ctx, f.service.Caller, q, func(q *Query) *protocol.Error { return f.service.Send(id, q) })
}

// Replay yields the stored events of a session after a seq up to and including until, in
// order. Event is valid until the next step.
func (f *Feeds) Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error] {
	return func(yield func(feed.StoredEvent, error) bool) {
		for rec, err := range f.service.Env.Journal.Read(ctx, Stream(id), persistence.Seq(after)) {
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
