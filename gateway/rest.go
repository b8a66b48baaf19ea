package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

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
	rep, err := g.ask(ctx, e, x, r)
	if err != nil {
		refusal := failed(g.log, err, e.Op, x.id)
		setRetryAfter(x.Header(), refusal)
		rep = failure(refusal)
	}
	if rep.file != nil {
		g.sendFile(x, r, rep.file)
		return
	}
	g.write(x, rep)
}

// ask looks at who asks, and how often, before it looks at what: nobody learns what a
// body should be without the right to send it, and a refusal reads none.
func (g *Gateway) ask(ctx context.Context, e *endpoint, x *exchange, r *http.Request) (reply, error) {
	who, invalid := g.guard.identify(r)
	from := g.proxies.client(r)
	if over := g.payers.charge(e, who.Principal, from, time.Now()); over != nil {
		return reply{}, over
	}
	if err := admit(who, invalid, e.Access); err != nil {
		return reply{}, err
	}
	in := input{at: e, who: who.Principal, issued: who.issued, path: r.PathValue, key: r.Header.Get("Idempotency-Key"), from: from}
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
	return e.serve(ctx, &in)
}

// write sends the answer whole, with its length.
func (g *Gateway) write(x *exchange, rep reply) {
	buf := takeBuffer()
	defer giveBuffer(buf)
	h := x.Header()
	if rep.line != "" {
		h["Content-Type"] = typeText
		buf.WriteString(rep.line)
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

// refuse answers what is no operation: unknown paths, wrong methods, foreign pages.
func (g *Gateway) refuse(x *exchange, e *protocol.Error) {
	setRetryAfter(x.Header(), e)
	g.write(x, failure(e))
}
