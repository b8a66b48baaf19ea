package fanout

import (
	"context"
	"encoding/json"
	"fmt"

	"partyline/protocol"
)

// Subscription is what a peer asks for. The zero Mode is ModeEvents.
type Subscription struct {
	Session protocol.SessionID
	Mode    protocol.Mode
	// Since is the seq of the last event the peer has. What came after it is sent
	// first, and whatever the peer is too slow for later is not left out. Tally mode
	// ignores it.
	Since *protocol.Seq
	// Epoch is the timeline of what the peer has, empty when it does not say. When it is
	// another than the hub's, or Since is beyond the session's last event, the peer is told
	// to begin anew with a snapshot. Without it, such a Since is an error.
	Epoch protocol.Epoch
	// Snapshot asks for the whole state within the answer.
	Snapshot bool
}

// Subscribe has the peer sent a session's events or tallies. The answer, a
// `subscribed` message, is sent here, because it must come before the first event;
// an error (always a *protocol.Error) is not. A second Subscribe for the same
// session replaces the first. It waits for the hub, bounded by ctx and the engine's
// life. It returns the length of the answer in bytes.
func (p *Conn) Subscribe(ctx context.Context, want Subscription) (answered int, err error) {
	if want.Mode == "" {
		want.Mode = protocol.ModeEvents
	}
	ctx, cancel := p.engine.whileOpen(ctx)
	defer cancel()
	t, refusal := p.engine.join(ctx, want.Session)
	if refusal != nil {
		return 0, refusal
	}
	s := &subscription{peer: p, topic: t, mode: want.Mode, feed: t.feed.Load()}
	answer, err := s.begin(ctx, want)
	if err == nil {
		err = p.install(s, answer)
	}
	if err != nil {
		p.engine.part(t)
		return 0, err
	}
	p.wake()
	return len(answer), nil
}

// begin finds where the subscription starts and makes the answer. Events that come
// meanwhile are after the cursor, so they are sent.
func (s *subscription) begin(ctx context.Context, want Subscription) ([]byte, error) {
	epoch := s.peer.engine.o.Hub.Timeline().Epoch
	answer := protocol.Subscribed{Type: protocol.MessageSubscribed, SessionID: want.Session, Mode: want.Mode,
		Message: fmt.Sprintf("Subscribed to session %d", want.Session), Epoch: epoch, Seq: s.feed.Head()}
	answer.Reset = want.lost(epoch, answer.Seq)
	if want.Snapshot || answer.Reset {
		state, err := s.peer.engine.o.Hub.State(ctx, want.Session)
		if err != nil {
			return nil, asError(err)
		}
		answer.Seq, answer.Snapshot = state.Seq, state
	}
	switch want.Mode {
	case protocol.ModeTally:
		s.stated = answer.Seq
		s.cursor = max(answer.Seq, 1) - 1 // a tally as of the answer's seq comes in any case
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

// lost says that what the peer has cannot be gone on from: it was told of in another
// timeline, or of events beyond the head, which this one does not have. That is known
// only of a peer that says its epoch.
func (w *Subscription) lost(now protocol.Epoch, head protocol.Seq) bool {
	beyond := w.Mode != protocol.ModeTally && w.Since != nil && *w.Since > head
	return w.Epoch != "" && (w.Epoch != now || beyond)
}

// install queues the answer and then makes the subscription known. A flush takes the
// outbox first, under the same lock: so the answer comes before any event.
func (p *Conn) install(s *subscription, answer []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return protocol.Errorf(protocol.CodeTimeout, "The connection is closed")
	}
	before := p.find(s.topic.session)
	if before < 0 && len(p.subs) >= protocol.MaxSubscriptions+p.inLobby() {
		return protocol.Errorf(protocol.CodeConflict, "A connection can subscribe to at most %d sessions", protocol.MaxSubscriptions)
	}
	if !p.Send(answer) {
		return protocol.Errorf(protocol.CodeTimeout, "The connection is closing")
	}
	if before >= 0 {
		p.drop(before)
	}
	p.attach(s)
	return nil
}

func (p *Conn) attach(s *subscription) {
	p.subs = append(p.subs, s)
	s.topic.add(s)
	s.count(1)
	if s.mode == protocol.ModeTally {
		p.engine.tallies.note(s.topic) // while there were none the picture was not kept up
	}
}

// Unsubscribe ends a subscription; false when there is none. No event of the session
// follows what is sent after it returns.
func (p *Conn) Unsubscribe(id protocol.SessionID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.find(id)
	if i < 0 || id == 0 {
		return false
	}
	p.drop(i)
	return true
}

// SubscribeAnnouncements has the peer sent what everybody hears who is authenticated, from now
// on. Joining twice is joining once.
func (p *Conn) SubscribeAnnouncements() {
	t := p.engine.lobby
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead || p.inLobby() > 0 {
		return
	}
	p.engine.enter(t)
	f := t.feed.Load()
	p.attach(&subscription{peer: p, topic: t, mode: protocol.ModeEvents, feed: f, cursor: f.Head()})
}

// inLobby is how many subscriptions are the lobby's: none or one.
func (p *Conn) inLobby() int {
	if p.find(0) < 0 {
		return 0
	}
	return 1
}
