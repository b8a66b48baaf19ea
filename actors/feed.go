package actors

import (
	"partyline/actors/feed"
	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// audience is a session's feed and how many watch it.
type feedState struct {
	feed        *feed.Feed // nil while nobody watches
	subscribers int
	// refreshing: the state has been asked for the state, and the answer waits for what
	// is before it. So at most one state is made at a time.
	refreshing bool
}

// unwatch gives a feed back.
type unsubscribe struct {
	runtime.Quiet
	feed *feed.Feed
}

// refresh asks that a feed that is stale be given the state.
type refresh struct{ feed *feed.Feed }

// note tells the feed what kind of event the next Publish brings.
func (a *feedState) update(f fact.Fact) {
	if a.feed == nil {
		return
	}
	switch f := f.(type) {
	case *fact.VoteCast:
		a.feed.AddVote(f.Latest())
	case *fact.PollVoted:
		a.feed.AddPollVote(f.Poll, f.Choice, f.Before)
	case *fact.Deleted:
		a.feed.MarkDeleted()
	default:
		a.feed.MarkStale()
	}
}

// portrait is a query for the whole state that is answered at a moment when exactly
// the events up to its seq are published.
func stateQuery(c *ledger.Clock, done func(state *protocol.SessionState, err *protocol.Error)) *sessionQuery {
	q := &sessionQuery{Barrier: true, Read: func(h *session.State, seq protocol.Seq) (any, *protocol.Error) {
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

// watching turns the request into a portrait: there the feed begins.
func (a *sessionActor) subscribeQuery(r *subscribeRequest) *sessionQuery {
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

func (a *sessionActor) subscribe(state *protocol.SessionState, news func()) *feed.Feed {
	if a.feed == nil {
		a.feed = feed.New(a.id, state.Seq)
		a.feed.SetState(state)
	}
	a.feed.Listen(news)
	a.subscribers++
	return a.feed
}

// refresh gives the feed a state once what is decided is durable. When that fails the
// state is read again, and the feed ends.
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

func (a *feedState) unsubscribe(f *feed.Feed) {
	if f != a.feed || f == nil {
		return // of a past incarnation
	}
	if a.subscribers--; a.subscribers == 0 {
		a.closeFeed()
	}
}

func (a *feedState) closeFeed() {
	if a.feed != nil {
		a.feed.Close()
	}
	a.feed, a.subscribers = nil, 0
}
