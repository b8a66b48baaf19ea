package gateway

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"partyline/actors/admission"
	"partyline/gateway/auth"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// call is one request frame on its way.
type frameRequest struct {
	socket   *socket
	id       frameID
	op       string
	endpoint *endpoint // nil for an unknown one
	start    time.Time
	reserved bool // the socket is not closed before it is answered
	charged  limit.Reservation
}

// request answers a request frame: the same operation, rights and answer as by REST.
func (k *socket) request(m *message, bad *protocol.Error, allowed bool) {
	e := k.server.endpoints[m.Op]
	c := &frameRequest{socket: k, id: m.ID, op: m.Op, endpoint: e, start: time.Now()}
	h := k.identity()
	switch {
	case !allowed:
		c.refuse(errTooFast())
	case h.Role == "":
		c.refuse(errNotAuthenticated())
	case bad != nil:
		c.refuse(bad)
	case k.closeIfInvalid():
	case k.server.draining.Load():
		c.refuse(protocol.ShuttingDown())
	case e == nil:
		c.refuse(protocol.Errorf(protocol.CodeNotFound, "Unknown operation: %s", truncated(m.Op)))
	default:
		k.serve(c, e, m, *h)
	}
}

func (k *socket) serve(c *frameRequest, e *endpoint, m *message, h auth.Identity) {
	paid, over := k.server.requestLimits.Reserve(e.chargedBySocket(h.Principal), h.Principal, k.from, c.start)
	if over != nil {
		k.server.requestMetrics.refused.Add(k.ctx, 1)
		k.throttled.Store(true)
		c.refuse(over)
		return
	}
	c.charged = paid
	if err := auth.RequireAccess(h.Principal, e.Access); err != nil {
		c.refuse(err)
		return
	}
	c.reserved = true
	if k.peer.ReserveReply() > int(limit.MessagesOf(h.Role).Most) {
		k.throttled.Store(true)
		c.refuse(protocol.Errorf(protocol.CodeTooMany, "Too many requests in flight"))
		return
	}
	// Data may alias the reader's buffer: a vote is read from it at once, what goes to
	// the lane was copied by the decoder.
	in := &request{endpoint: e, principal: h.Principal, issuedAt: h.IssuedAt, raw: m.Data, key: m.Key, client: k.from}
	if e.readVote != nil {
		k.server.handlers.serveVoteAsync(in, c.finish)
		return
	}
	k.workers.run(func() { c.run(e, in) })
}

// run serves the call in a goroutine of the lane.
func (c *frameRequest) run(e *endpoint, in *request) {
	ctx, cancel := context.WithTimeout(admission.WithClass(c.socket.ctx, in.class()), requestTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			id := newID()
			c.socket.server.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", id).Str("op", c.op).Bytes("stack", debug.Stack()).Msg("request panicked")
			c.finish(response{}, protocol.Internal().With("requestId", id))
		}
	}()
	rep, err := e.serve(ctx, in)
	if err == nil && rep.file != nil {
		rep.body, err = rep.file.inline(ctx)
	}
	if err != nil {
		c.finish(response{}, toClient(c.socket.server.log, err, c.op, newID()))
		return
	}
	c.finish(rep, nil)
}

// finish answers a call that was served.
func (c *frameRequest) finish(rep response, err *protocol.Error) {
	if err != nil {
		if err.Code == protocol.CodeTooMany {
			c.socket.throttled.Store(true) // to refuse costs what a vote does
		}
		c.refuse(err)
		return
	}
	c.answer(rep)
}

func (c *frameRequest) refuse(err *protocol.Error) {
	if err.Code == protocol.CodeOverloaded {
		c.socket.throttled.Store(true)
	}
	c.answer(errorResponse(err))
}

func (c *frameRequest) answer(rep response) {
	buf := takeBuffer()
	defer giveBuffer(buf)
	b, err := appendResponse(buf.AvailableBuffer(), c.id, rep)
	if err != nil {
		rep = errorResponse(toClient(c.socket.server.log, err, c.op, newID()))
		b, _ = appendResponse(nil, c.id, rep) // an Error of strings always marshals
	}
	if c.reserved {
		c.socket.peer.SendReply(b)
	} else {
		c.socket.peer.Send(b)
	}
	c.settle(len(b), rep.status)
	took := time.Since(c.start)
	c.socket.server.requestMetrics.frame(c.label(), rep.status, took)
	c.socket.server.log.WithLevel(logLevel(c.endpoint, rep.status)).Str("op", c.label()).Int("status", rep.status).
		Dur("took_ms", took).Int("bytes", len(b)).Msg("request")
}

// settle has whoever pays pay for what the answer was.
func (c *frameRequest) settle(bytes, status int) {
	if c.endpoint == nil {
		return
	}
	if status < http.StatusBadRequest {
		c.endpoint.cost.Observe(bytes)
	}
	c.socket.server.requestLimits.Settle(c.charged, limit.CostOf(bytes), time.Now())
}

// label is the op as metrics know it: what clients make up counts as one.
func (c *frameRequest) label() string {
	if c.endpoint == nil {
		return "unknown"
	}
	return c.op
}
