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
func (sock *socket) subscribe(m *message) {
	if err := sock.checkSubscribe(m); err != nil {
		sock.sendError(m.SessionID, err)
		return
	}
	cost := &sock.server.subscribeCost
	if !sock.subscribed {
		cost = &sock.server.firstSubscribeCost
	}
	paid, over := sock.server.requestLimits.Reserve(cost, sock.identity().Principal, sock.client, time.Now())
	if over != nil {
		sock.server.requestMetrics.Refused.Add(sock.ctx, 1)
		sock.throttled.Store(true)
		sock.sendError(m.SessionID, over)
		return
	}
	ctx, cancel := context.WithTimeout(admission.WithClass(sock.ctx, api.ClassOf(sock.identity().Principal)), api.RequestTimeout)
	defer cancel()
	answered, err := sock.conn.Subscribe(ctx, fanout.Subscription{Session: m.SessionID, Mode: m.Mode, Since: m.Since, Epoch: m.Epoch, Snapshot: m.Snapshot})
	if err != nil {
		sock.sendError(m.SessionID, api.ToClient(sock.server.log, err, protocol.MessageSubscribe, api.NewID()))
		return
	}
	sock.server.subscribeCost.Observe(answered)
	if !sock.subscribed {
		sock.subscribed = true
		return
	}
	sock.server.requestLimits.Settle(paid, limit.CostOf(answered), time.Now())
}

func (sock *socket) checkSubscribe(m *message) *protocol.Error {
	if m.Mode == "" {
		m.Mode = protocol.ModeEvents
	}
	switch {
	case m.SessionID <= 0:
		return decode.NotPositive("sessionId")
	case m.Mode != protocol.ModeEvents && m.Mode != protocol.ModeTally:
		return protocol.Invalid(`mode must be "events" or "tally"`)
	case !sock.identity().Covers(m.SessionID):
		return auth.ErrOtherSession(sock.identity().Principal)
	}
	return nil
}

func (sock *socket) unsubscribe(m *message) {
	if m.SessionID <= 0 {
		sock.sendError(0, decode.NotPositive("sessionId"))
		return
	}
	sock.conn.Unsubscribe(m.SessionID)
	sock.sendNotice(protocol.Notice{Type: protocol.MessageUnsubscribed, SessionID: m.SessionID,
		Message: fmt.Sprintf("Unsubscribed from session %d", m.SessionID)})
}
