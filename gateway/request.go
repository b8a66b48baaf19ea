package gateway

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

// call is one request frame on its way.
type call struct {
	k     *socket
	id    frameID
	op    string
	at    *endpoint // nil for an unknown one
	start time.Time
	owed  bool // the socket is not closed before it is answered
	paid  bill
}

// request answers a request frame: the same operation, rights and answer as by REST.
func (k *socket) request(m *message, bad *protocol.Error, allowed bool) {
	e := k.g.endpoints[m.Op]
	c := &call{k: k, id: m.ID, op: m.Op, at: e, start: time.Now()}
	h := k.holder()
	switch {
	case !allowed:
		c.refuse(errTooFast())
	case h.Role == "":
		c.refuse(errNotAuthenticated())
	case bad != nil:
		c.refuse(bad)
	case k.late():
	case k.g.draining.Load():
		c.refuse(protocol.ShuttingDown())
	case e == nil:
		c.refuse(protocol.Errorf(protocol.CodeNotFound, "Unknown operation: %s", clip(m.Op)))
	default:
		k.serve(c, e, m, *h)
	}
}

func (k *socket) serve(c *call, e *endpoint, m *message, h holder) {
	paid, over := k.g.payers.chargeFrame(e, h.Principal, k.from, c.start)
	if over != nil {
		k.g.meters.refused.Add(k.ctx, 1)
		k.crowded.Store(true)
		c.refuse(over)
		return
	}
	c.paid = paid
	if err := allow(h.Principal, e.Access); err != nil {
		c.refuse(err)
		return
	}
	c.owed = true
	if k.peer.Owe() > paces[h.Role].inFlight {
		k.crowded.Store(true)
		c.refuse(protocol.Errorf(protocol.CodeTooMany, "Too many requests in flight"))
		return
	}
	// Data may alias the reader's buffer: a vote is read from it at once, what goes to
	// the lane was copied by the decoder.
	in := &input{at: e, who: h.Principal, issued: h.issued, raw: m.Data, key: m.Key, from: k.from}
	if e.ballot != nil {
		k.g.send(e.ballot, in, c.finish)
		return
	}
	k.lane.do(func() { c.run(e, in) })
}

// run serves the call in a goroutine of the lane.
func (c *call) run(e *endpoint, in *input) {
	ctx, cancel := context.WithTimeout(actors.WithClass(c.k.ctx, in.class()), requestTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			id := newID()
			c.k.g.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", id).Str("op", c.op).Bytes("stack", debug.Stack()).Msg("request panicked")
			c.finish(reply{}, protocol.Internal().With("requestId", id))
		}
	}()
	rep, err := e.serve(ctx, in)
	if err == nil && rep.file != nil {
		rep.body, err = rep.file.told(ctx)
	}
	if err != nil {
		c.finish(reply{}, failed(c.k.g.log, err, c.op, newID()))
		return
	}
	c.finish(rep, nil)
}

// finish answers a call that was served.
func (c *call) finish(rep reply, err *protocol.Error) {
	if err != nil {
		if err.Code == protocol.CodeTooMany {
			c.k.crowded.Store(true) // to refuse costs what a vote does
		}
		c.refuse(err)
		return
	}
	c.answer(rep)
}

func (c *call) refuse(err *protocol.Error) {
	if err.Code == protocol.CodeOverloaded {
		c.k.crowded.Store(true)
	}
	c.answer(failure(err))
}

func (c *call) answer(rep reply) {
	buf := takeBuffer()
	defer giveBuffer(buf)
	b, err := appendResponse(buf.AvailableBuffer(), c.id, rep)
	if err != nil {
		rep = failure(failed(c.k.g.log, err, c.op, newID()))
		b, _ = appendResponse(nil, c.id, rep) // an Error of strings always marshals
	}
	if c.owed {
		c.k.peer.Answer(b)
	} else {
		c.k.peer.Send(b)
	}
	c.settle(len(b), rep.status)
	took := time.Since(c.start)
	c.k.g.meters.answered(c.label(), rep.status, took)
	c.k.g.log.WithLevel(loudness(c.at, rep.status)).Str("op", c.label()).Int("status", rep.status).
		Dur("took_ms", took).Int("bytes", len(b)).Msg("request")
}

// settle has whoever pays pay for what the answer was.
func (c *call) settle(bytes, status int) {
	if c.at == nil {
		return
	}
	if status < http.StatusBadRequest {
		c.at.price.learn(bytes)
	}
	c.k.g.payers.settle(c.paid, costOf(bytes), time.Now())
}

// label is the op as metrics know it: what clients make up counts as one.
func (c *call) label() string {
	if c.at == nil {
		return "unknown"
	}
	return c.op
}
