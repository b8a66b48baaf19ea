package ws

import (
	"context"
	"fmt"
	"time"

	"partyline/actors/admission"
	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/decode"
	"partyline/gateway/fanout"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// subscribe has the engine send the session's events, or its tallies. It is done before
// the next message is read, so that what a client sends in order is done in order. It is
// charged as a read: its answer can be a whole evening. The first of a socket costs no
// more than an ordinary request, whatever it brings: sockets have a rate of their own,
// and all screens of a token, or phones of a hall, come back in the same moment after a
// restart.
func (k *socket) subscribe(m *message) {
	if err := k.checkSubscribe(m); err != nil {
		k.sendError(m.SessionID, err)
		return
	}
	cost := &k.server.subscribeCost
	if !k.subscribed {
		cost = &k.server.firstSubscribeCost
	}
	paid, over := k.server.requestLimits.Reserve(cost, k.identity().Principal, k.from, time.Now())
	if over != nil {
		k.server.requestMetrics.Refused.Add(k.ctx, 1)
		k.throttled.Store(true)
		k.sendError(m.SessionID, over)
		return
	}
	ctx, cancel := context.WithTimeout(admission.WithClass(k.ctx, api.ClassOf(k.identity().Principal)), api.RequestTimeout)
	defer cancel()
	answered, err := k.peer.Subscribe(ctx, fanout.Subscription{Session: m.SessionID, Mode: m.Mode, Since: m.Since, Epoch: m.Epoch, Snapshot: m.Snapshot})
	if err != nil {
		k.sendError(m.SessionID, api.ToClient(k.server.log, err, protocol.MessageSubscribe, api.NewID()))
		return
	}
	k.server.subscribeCost.Observe(answered)
	if !k.subscribed {
		k.subscribed = true
		return
	}
	k.server.requestLimits.Settle(paid, limit.CostOf(answered), time.Now())
}

func (k *socket) checkSubscribe(m *message) *protocol.Error {
	if m.Mode == "" {
		m.Mode = protocol.ModeEvents
	}
	switch {
	case m.SessionID <= 0:
		return decode.NotPositive("sessionId")
	case m.Mode != protocol.ModeEvents && m.Mode != protocol.ModeTally:
		return protocol.Invalid(`mode must be "events" or "tally"`)
	case !k.identity().Covers(m.SessionID):
		return auth.ErrOtherSession(k.identity().Principal)
	}
	return nil
}

func (k *socket) unsubscribe(m *message) {
	if m.SessionID <= 0 {
		k.sendError(0, decode.NotPositive("sessionId"))
		return
	}
	k.peer.Unsubscribe(m.SessionID)
	k.sendNotice(protocol.Notice{Type: protocol.MessageUnsubscribed, SessionID: m.SessionID,
		Message: fmt.Sprintf("Unsubscribed from session %d", m.SessionID)})
}
