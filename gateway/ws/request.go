package ws

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"partyline/actors/admission"
	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// request is one request by WebSocket while it is served.
type request struct {
	socket   *socket
	id       frameID
	op       string
	endpoint *api.Endpoint // nil for an unknown one
	start    time.Time
	reserved bool // the socket is not closed before it is answered
	charged  limit.Reservation
}

// request answers a request message: the same operation, rights and answer as by REST.
func (k *socket) request(m *message, bad *protocol.Error, allowed bool) {
	e := k.server.endpoints[m.Op]
	c := &request{socket: k, id: m.ID, op: m.Op, endpoint: e, start: time.Now()}
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

func (k *socket) serve(c *request, e *api.Endpoint, m *message, h auth.Identity) {
	paid, over := k.server.requestLimits.Reserve(e.ChargedBySocket(h.Principal), h.Principal, k.from, c.start)
	if over != nil {
		k.server.requestMetrics.Refused.Add(k.ctx, 1)
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
	in := &api.Request{Endpoint: e, Principal: h.Principal, IssuedAt: h.IssuedAt, Raw: m.Data, Key: m.Key, Client: k.from}
	if e.ReadVote != nil {
		k.server.handlers.ServeVoteAsync(in, c.finish)
		return
	}
	k.workers.run(func() { c.run(e, in) })
}

// run serves the request in a goroutine of the worker pool.
func (c *request) run(e *api.Endpoint, in *api.Request) {
	ctx, cancel := context.WithTimeout(admission.WithClass(c.socket.ctx, in.Class()), api.RequestTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			id := api.NewID()
			c.socket.server.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", id).Str("op", c.op).Bytes("stack", debug.Stack()).Msg("request panicked")
			c.finish(api.Response{}, protocol.Internal().With("requestId", id))
		}
	}()
	rep, err := e.Serve(ctx, in)
	if err == nil && rep.File != nil {
		rep.Body, err = rep.File.Inline(ctx)
	}
	if err != nil {
		c.finish(api.Response{}, api.ToClient(c.socket.server.log, err, c.op, api.NewID()))
		return
	}
	c.finish(rep, nil)
}

// finish sends the response of a request that was served.
func (c *request) finish(rep api.Response, err *protocol.Error) {
	if err != nil {
		if err.Code == protocol.CodeTooMany {
			c.socket.throttled.Store(true) // to refuse costs what a vote does
		}
		c.refuse(err)
		return
	}
	c.answer(rep)
}

func (c *request) refuse(err *protocol.Error) {
	if err.Code == protocol.CodeOverloaded {
		c.socket.throttled.Store(true)
	}
	c.answer(api.ErrorResponse(err))
}

func (c *request) answer(rep api.Response) {
	buf := api.TakeBuffer()
	defer api.GiveBuffer(buf)
	b, err := appendResponse(buf.AvailableBuffer(), c.id, rep)
	if err != nil {
		rep = api.ErrorResponse(api.ToClient(c.socket.server.log, err, c.op, api.NewID()))
		b, _ = appendResponse(nil, c.id, rep) // an Error of strings always marshals
	}
	if c.reserved {
		c.socket.peer.SendReply(b)
	} else {
		c.socket.peer.Send(b)
	}
	c.settle(len(b), rep.Status)
	took := time.Since(c.start)
	c.socket.server.requestMetrics.Frame(c.label(), rep.Status, took)
	c.socket.server.log.WithLevel(api.LogLevel(c.endpoint, rep.Status)).Str("op", c.label()).Int("status", rep.Status).
		Dur("took_ms", took).Int("bytes", len(b)).Msg("request")
}

// settle charges what the answer has cost beyond what was reserved.
func (c *request) settle(bytes, status int) {
	if c.endpoint == nil {
		return
	}
	if status < http.StatusBadRequest {
		c.endpoint.Cost.Observe(bytes)
	}
	c.socket.server.requestLimits.Settle(c.charged, limit.CostOf(bytes), time.Now())
}

// label is the operation as metrics know it: unknown operations count as one.
func (c *request) label() string {
	if c.endpoint == nil {
		return "unknown"
	}
	return c.op
}
