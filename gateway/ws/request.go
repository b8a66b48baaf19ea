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
	api.Request // to the operation; its Endpoint is nil for an unknown one
	socket      *socket
	id          frameID
	op          string
	start       time.Time
	reserved    bool // the socket is not closed before it is answered
	charged     limit.Reservation
}

// handleRequest answers a request message: the same operation, rights and answer as by REST.
func (sock *socket) handleRequest(m *message, bad *protocol.Error, allowed bool, now time.Time) {
	e := sock.server.endpoints[m.Op]
	r := &request{socket: sock, id: m.ID, op: m.Op, start: now}
	r.Endpoint = e
	h := sock.identity()
	switch {
	case !allowed:
		r.refuse(errTooFast())
	case h.Role == "":
		r.refuse(errNotAuthenticated())
	case bad != nil:
		r.refuse(bad)
	case sock.closeIfInvalid(now):
	case sock.server.draining.Load():
		r.refuse(protocol.ShuttingDown())
	case e == nil:
		r.refuse(protocol.Errorf(protocol.CodeNotFound, "Unknown operation: %s", truncated(m.Op)))
	default:
		sock.serveRequest(r, e, m, *h)
	}
}

func (sock *socket) serveRequest(r *request, e *api.Endpoint, m *message, h auth.Identity) {
	paid, over := sock.server.requestLimits.Reserve(e.ChargedBySocket(h.Principal), h.Principal, sock.client, r.start)
	if over != nil {
		sock.server.requestMetrics.Refused.Add(sock.ctx, 1)
		sock.throttled.Store(true)
		r.refuse(over)
		return
	}
	r.charged = paid
	if err := auth.RequireAccess(h.Principal, e.Access); err != nil {
		r.refuse(err)
		return
	}
	r.reserved = true
	if sock.conn.ReserveReply() > int(limit.MessagesOf(h.Role).Most) {
		sock.throttled.Store(true)
		r.refuse(protocol.Errorf(protocol.CodeTooMany, "Too many requests in flight"))
		return
	}
	// Data may alias the reader's buffer: a vote is read from it at once, what goes to
	// the workers was copied by the decoder.
	r.Request = api.Request{Endpoint: e, Principal: h.Principal, IssuedAt: h.IssuedAt, Raw: m.Data, Key: m.Key, Client: sock.client}
	if e.ReadVote != nil {
		sock.server.handlers.ServeVoteAsync(&r.Request, r.finishVote)
		return
	}
	sock.workers.run(r.run)
}

// finishVote sends the response of a vote.
func (r *request) finishVote(answer any, err *protocol.Error) {
	r.finish(api.VoteResponse(answer), err)
}

// run serves the request in a goroutine of the worker pool.
func (r *request) run() {
	ctx, cancel := context.WithTimeout(admission.WithClass(r.socket.ctx, r.Class()), api.RequestTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			id := api.NewID()
			r.socket.server.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", id).Str("op", r.op).Bytes("stack", debug.Stack()).Msg("request panicked")
			r.finish(api.Response{}, protocol.Internal().With("requestId", id))
		}
	}()
	rep, err := r.Endpoint.Serve(ctx, &r.Request)
	if err == nil && rep.File != nil {
		rep.Body, err = rep.File.Inline(ctx)
	}
	if err != nil {
		r.finish(api.Response{}, api.ToClient(r.socket.server.log, err, r.op, api.NewID()))
		return
	}
	r.finish(rep, nil)
}

// finish sends the response of a request that was served.
func (r *request) finish(rep api.Response, err *protocol.Error) {
	if err != nil {
		if err.Code == protocol.CodeTooMany {
			r.socket.throttled.Store(true) // to refuse costs what a vote does
		}
		r.refuse(err)
		return
	}
	r.answer(rep)
}

func (r *request) refuse(err *protocol.Error) {
	if err.Code == protocol.CodeOverloaded {
		r.socket.throttled.Store(true)
	}
	r.answer(api.ErrorResponse(err))
}

// usualResponse holds the response to a vote, in bytes.
const usualResponse = 512

func (r *request) answer(rep api.Response) {
	buf := api.TakeBuffer()
	defer api.GiveBuffer(buf)
	buf.Grow(usualResponse)
	b, err := appendResponse(buf.AvailableBuffer(), r.id, rep)
	if err != nil {
		rep = api.ErrorResponse(api.ToClient(r.socket.server.log, err, r.op, api.NewID()))
		b, _ = appendResponse(nil, r.id, rep) // an Error of strings always marshals
	}
	if r.reserved {
		r.socket.conn.SendReply(b)
	} else {
		r.socket.conn.Send(b)
	}
	now := time.Now()
	r.settle(len(b), rep.Status, now)
	took := now.Sub(r.start)
	r.socket.server.requestMetrics.Frame(r.label(), rep.Status, took)
	r.socket.server.log.WithLevel(api.LogLevel(r.Endpoint, rep.Status)).Str("op", r.label()).Int("status", rep.Status).
		Dur("took_ms", took).Int("bytes", len(b)).Msg("request")
}

// settle charges what the answer has cost beyond what was reserved.
func (r *request) settle(bytes, status int, now time.Time) {
	if r.Endpoint == nil {
		return
	}
	if status < http.StatusBadRequest {
		r.Endpoint.Cost.Observe(bytes)
	}
	r.socket.server.requestLimits.Settle(r.charged, limit.CostOf(bytes), now)
}

// label is the operation as metrics know it: unknown operations count as one.
func (r *request) label() string {
	if r.Endpoint == nil {
		return "unknown"
	}
	return r.op
}
