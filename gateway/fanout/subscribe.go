package fanout

import (
	"context"
	"encoding/json"
	"fmt"

	"partyline/protocol"
)

// Subscription is what a client asks for. The zero Mode is ModeEvents.
type Subscription struct {
	Session protocol.SessionID
	Mode    protocol.Mode
	// Since is the seq of the last event the client has. Later events are sent first, and none
	// is left out when the client is too slow later. Tally mode ignores it.
	Since *protocol.Seq
	// Epoch is the timeline of the events that the client has, empty when it does not say.
	// When it is not the hub's, or Since is beyond the session's last event, the client is
	// told to begin anew with a snapshot. Without Epoch, such a Since is an error.
	Epoch protocol.Epoch
	// Snapshot asks for the whole state within the answer.
	Snapshot bool
}

// Subscribe sends the client a session's events or tallies from now on. The answer, a
// `subscribed` message, is sent here, because it must come before the first event; an error
// (always a *protocol.Error) is not. A second Subscribe for the same session replaces the
// first. It waits for the hub, bounded by ctx and the engine's life. It returns the length of
// the answer in bytes.
func (c *Conn) Subscribe(ctx context.Context, want Subscription) (answered int, err error) {
	if want.Mode == "" {
		want.Mode = protocol.ModeEvents
	}
	ctx, cancel := c.engine.boundContext(ctx)
	defer cancel()
	t, failure := c.engine.joinTopic(ctx, want.Session)
	if failure != nil {
		return 0, failure
	}
	s := &subscription{conn: c, topic: t, mode: want.Mode, feed: t.feed.Load()}
	answer, err := s.prepare(ctx, want)
	if err == nil {
		err = c.install(s, answer)
	}
	if err != nil {
		c.engine.leaveTopic(t)
		return 0, err
	}
	c.wake()
	return len(answer), nil
}

// prepare finds where the subscription starts and makes the answer. Events that come meanwhile
// are after the cursor, so they are sent.
func (s *subscription) prepare(ctx context.Context, want Subscription) ([]byte, error) {
	epoch := s.conn.engine.options.Hub.Timeline().Epoch
	answer := protocol.Subscribed{Type: protocol.MessageSubscribed, SessionID: want.Session, Mode: want.Mode,
		Message: fmt.Sprintf("Subscribed to session %d", want.Session), Epoch: epoch, Seq: s.feed.Head()}
	answer.Reset = want.mustReset(epoch, answer.Seq) || want.precedes(s.feed.OldestStored())
	if want.Snapshot || answer.Reset {
		state, err := s.conn.engine.options.Hub.State(ctx, want.Session)
		if err != nil {
			return nil, asProtocolError(err)
		}
		answer.Seq, answer.Snapshot = state.Seq, state
	}
	switch want.Mode {
	case protocol.ModeTally:
		s.stateSeq = answer.Seq
		s.cursor = max(answer.Seq, 1) - 1 // so that a tally as of the answer's seq is sent in any case
	default:
		s.cursor, s.gapless = answer.Seq, want.Since != nil
		if s.gapless && !answer.Reset {
			if *want.Since > answer.Seq {
				return nil, protocol.Invalid("since must not be greater than %d, the last event of session %d", answer.Seq, want.Session)
			}
			s.cursor = *want.Since
		}
	}
	b, err := json.Marshal(&answer)
	if err != nil {
		return nil, protocol.Errorf(protocol.CodeInternal, "subscribed: %v", err)
	}
	return b, nil
}

// mustReset is true when events cannot go on from what the client has: that is of another
// timeline, or beyond the head, which this timeline does not have. That is known only when the
// client says its epoch.
func (w *Subscription) mustReset(now protocol.Epoch, head protocol.Seq) bool {
	beyond := w.Mode != protocol.ModeTally && w.Since != nil && *w.Since > head
	return w.Epoch != "" && (w.Epoch != now || beyond)
}

// precedes is true when the events after since are not stored any more, because the votes of
// the session were folded.
func (w *Subscription) precedes(oldest protocol.Seq) bool {
	return w.Mode != protocol.ModeTally && w.Since != nil && *w.Since < oldest
}

// install queues the answer and then adds the subscription. A flush takes the outbox first,
// under the same lock: so the answer comes before any event.
func (c *Conn) install(s *subscription, answer []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return protocol.Errorf(protocol.CodeTimeout, "The connection is closed")
	}
	before := c.findSub(s.topic.session)
	if before < 0 && len(c.subs) >= protocol.MaxSubscriptions+c.announcementSubs() {
		return protocol.Errorf(protocol.CodeConflict, "A connection can subscribe to at most %d sessions", protocol.MaxSubscriptions)
	}
	if !c.Send(answer) {
		return protocol.Errorf(protocol.CodeTimeout, "The connection is closing")
	}
	if before >= 0 {
		c.dropSub(before)
	}
	c.attach(s)
	return nil
}

func (c *Conn) attach(s *subscription) {
	c.subs = append(c.subs, s)
	s.topic.addSub(s)
	s.countSubscription(1)
	if s.mode == protocol.ModeTally {
		c.engine.tallyTicker.markDirty(s.topic) // without tally subscribers its summary was not kept up to date
	}
}

// Unsubscribe ends a subscription; false when there is none. No event of the session follows
// what is sent after it returns.
func (c *Conn) Unsubscribe(id protocol.SessionID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.findSub(id)
	if i < 0 || id == 0 {
		return false
	}
	c.dropSub(i)
	return true
}

// SubscribeAnnouncements sends the client the announcements from now on. Further calls do
// nothing.
func (c *Conn) SubscribeAnnouncements() {
	t := c.engine.announcements
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead || c.announcementSubs() > 0 {
		return
	}
	c.engine.addMember(t)
	f := t.feed.Load()
	c.attach(&subscription{conn: c, topic: t, mode: protocol.ModeEvents, feed: f, cursor: f.Head()})
}

// announcementSubs is how many of the subscriptions are to the announcements: none or one.
func (c *Conn) announcementSubs() int {
	if c.findSub(0) < 0 {
		return 0
	}
	return 1
}
