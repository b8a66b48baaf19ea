package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"partyline/actors"
	"partyline/protocol"
)

// requestTimeout bounds the wait of one request. A commit takes milliseconds; what
// takes longer than this is a disk that hangs.
const requestTimeout = 15 * time.Second

// serveREST answers one request to an operation.
func (g *Gateway) serveREST(e *endpoint, x *exchange, r *http.Request) {
	x.at = e
	ctx, cancel := context.WithTimeout(r.Context(), e.patience())
	defer cancel()
	who, invalid := g.guard.identify(r)
	in := &input{at: e, who: who.Principal, issued: who.issued, path: r.PathValue, key: r.Header.Get("Idempotency-Key"), from: g.proxies.client(r)}
	paid, refusal := g.payers.charge(e, in.who, in.from, time.Now())
	if refusal == nil {
		refusal = admit(who, invalid, e.Access)
	}
	if refusal != nil {
		g.refuse(x, refusal)
		return
	}
	if e.ballot == nil { // a vote is of its own kind's class
		ctx = actors.WithClass(ctx, in.class())
	}
	rep, err := g.ask(ctx, in, x, r)
	switch {
	case err != nil:
		g.refuse(x, failed(g.log, err, e.Op, x.id))
	case rep.file != nil:
		g.sendFile(x, r, rep.file)
		return // only the host has files, and they have places of their own
	default:
		g.write(x, rep)
		e.price.learn(x.bytes)
	}
	g.payers.settle(paid, costOf(x.bytes), time.Now())
}

// ask reads what somebody asks who may. Nobody learns what a body should be without the
// right to send it, and a refusal reads none.
func (g *Gateway) ask(ctx context.Context, in *input, x *exchange, r *http.Request) (reply, error) {
	e := in.at
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		in.query = r.URL.Query()
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if e.Stream {
			if err := in.stream(x, r); err != nil {
				return reply{}, err
			}
			break
		}
		body := takeBuffer()
		defer giveBuffer(body)
		if err := readBody(body, x, r, e.bodyLimit()); err != nil {
			return reply{}, err
		}
		if err := in.take(r, body.Bytes()); err != nil {
			return reply{}, err
		}
	}
	return e.serve(ctx, in)
}

// write sends the answer whole, with its length.
func (g *Gateway) write(x *exchange, rep reply) {
	buf := takeBuffer()
	defer giveBuffer(buf)
	h := x.Header()
	if rep.line != "" {
		h["Content-Type"] = typeText
		buf.WriteString(oneLine(rep.line)) // titles of older folders may have line breaks
	} else {
		h["Content-Type"] = typeJSON
		b, err := appendJSON(buf.AvailableBuffer(), rep.body)
		if err != nil {
			rep = failure(failed(g.log, err, x.at.Op, x.id))
			b, _ = appendJSON(nil, rep.body) // an Error of strings always marshals
		}
		buf.Write(b)
	}
	if rep.replayed {
		h["Idempotency-Replayed"] = replayed
	}
	h["Content-Length"] = []string{strconv.Itoa(buf.Len())}
	x.WriteHeader(rep.status)
	_, _ = x.Write(buf.Bytes()) // a client that is gone needs no answer
}

// refusalPause is how long somebody waits for the answer that it was too much. To read a
// request and to refuse it costs as much as to serve an ordinary one: a program that asks
// again at once would keep the hub as busy with refusals as with answers. In any case it
// is told to come back after a second or more. Half as long again by chance keeps many
// connections from being answered, and from asking again, all in the same moment.
const refusalPause = 200 * time.Millisecond

// refuse answers with an error.
func (g *Gateway) refuse(x *exchange, e *protocol.Error) {
	if e.Code == protocol.CodeTooMany {
		x.pause()
	}
	setRetryAfter(x.Header(), e)
	g.write(x, failure(e))
}
