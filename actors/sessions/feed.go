package sessions

import (
	"partyline/actors/feed"
	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// feedState is a session's feed and the number of its subscribers.
type feedState struct {
	feed        *feed.Feed // nil without subscribers
	subscribers int
	// refreshing: a query for the state is waiting behind earlier commands, so that at most
	// one state is encoded at a time.
	refreshing bool
}

// unsubscribe takes one subscriber from a feed.
type unsubscribe struct {
	runtime.Quiet
	feed *feed.Feed
}

// refresh asks for the session's state, for a feed that is stale.
type refresh struct{ feed *feed.Feed }

// describe tells the feed which kind of event the next Publish brings.
func (s *feedState) describe(f fact.Fact) {
	if s.feed == nil {
		return
	}
	switch f := f.(type) {
	case *fact.VoteCast:
		if f.Details != nil { // the feed does not know the game
			s.feed.MarkStale()
			return
		}
		s.feed.AddVote(f.Latest())
	case *fact.PollVoted:
		s.feed.AddPollVote(f.Poll, f.Choice, f.Before)
	case *fact.Deleted:
		s.feed.MarkDeleted()
	case *fact.VotesFolded:
		s.feed.MarkFolded()
	default:
		s.feed.MarkStale()
	}
}

// unsubscribe closes the feed with its last subscriber.
func (s *feedState) unsubscribe(f *feed.Feed) {
	if f != s.feed || f == nil {
		return // a feed that was closed before
	}
	if s.subscribers--; s.subscribers == 0 {
		s.closeFeed()
	}
}

func (s *feedState) closeFeed() {
	if s.feed != nil {
		s.feed.Close()
	}
	s.feed, s.subscribers = nil, 0
}

// stateQuery queries the whole state. It is answered at a moment when exactly the events up to
// the state's seq are published.
func stateQuery(c *ledger.Clock, done func(state *protocol.SessionState, err *protocol.Error)) *Query {
	q := &Query{Barrier: true, Read: func(h *session.State, seq protocol.Seq) (any, *protocol.Error) {
		if !h.Exists() {
			return nil, protocol.NotFound("Session")
		}
		return h.View(seq, c.Read()), nil
	}}
	q.Done = func(answer any, err *protocol.Error) {
		state, _ := answer.(*protocol.SessionState)
		done(state, err)
	}
	return q
}

// subscribeQuery turns the request into a query for the state, with which a new feed begins.
func (a *sessionActor) subscribeQuery(r *subscribeRequest) *Query {
	a.lastUsed = a.Now()
	q := stateQuery(a.Clock, func(state *protocol.SessionState, err *protocol.Error) {
		if err != nil {
			r.Done(nil, err)
			return
		}
		r.Done(a.subscribe(state, r.notify), nil)
	})
	q.Slots = r.Slots
	return q
}

func (a *sessionActor) subscribe(state *protocol.SessionState, notify func()) *feed.Feed {
	if a.feed == nil {
		a.feed = feed.New(a.id, state.Seq)
		a.feed.SetState(state)
	}
	a.feed.Listen(notify)
	a.subscribers++
	return a.feed
}

// refreshFeed gives a stale feed the state, once everything decided before is durable. When the
// journal fails the session is loaded again, and the feed closes.
func (a *sessionActor) refreshFeed(f *feed.Feed) {
	if f != a.feed || a.refreshing || !f.Stale() {
		return
	}
	a.refreshing = true
	a.Handle(stateQuery(a.Clock, func(state *protocol.SessionState, err *protocol.Error) {
		a.refreshing = false
		if err == nil && f == a.feed {
			f.SetState(state)
		}
	}))
}
