package rest

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"partyline/actors/admission"
	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/keepalive"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// serveREST answers one request to an operation.
func (s *Server) serveREST(e *api.Endpoint, rec *responseRecorder, r *http.Request) {
	rec.endpoint = e
	if e.ReadVote == nil {
		keepalive.Other(r)
	}
	who, invalid := s.auth.Identify(r)
	in := &rec.request
	*in = api.Request{Endpoint: e, Principal: who.Principal, IssuedAt: who.IssuedAt, Path: r, Key: r.Header.Get("Idempotency-Key"), Client: s.proxies.Client(r)}
	paid, refusal := s.requestLimits.Reserve(e.Charged(), in.Principal, in.Client, rec.start)
	if refusal == nil {
		refusal = auth.Authorize(who, invalid, e.Access)
	}
	if refusal != nil {
		rec.refuse(refusal)
		return
	}
	ctx, cancel := s.contextOf(in, rec, r)
	defer cancel()
	rep, err := s.ask(ctx, in, rec, r)
	switch {
	case err != nil:
		rec.refuse(api.ToClient(s.log, err, e.Op, rec.id))
	case rep.File != nil:
		rec.sendFile(r, rep.File)
		return // only the host has files, and they have places of their own
	default:
		if e.ReadVote != nil {
			s.keep(rec, r)
		}
		rec.write(rep)
		e.Cost.Observe(rec.bytes)
	}
	s.requestLimits.Settle(paid, limit.CostOf(rec.bytes), time.Now())
}

// contextOf bounds the wait of a request. Votes share the context of those that came in the
// same second, because there are many, and one is recorded whether its client waits or not. A
// vote is of its own kind's class.
func (s *Server) contextOf(in *api.Request, rec *responseRecorder, r *http.Request) (context.Context, context.CancelFunc) {
	if in.Endpoint.ReadVote != nil {
		return s.voteTimeout.context(rec.start), func() {}
	}
	ctx, cancel := context.WithTimeout(r.Context(), in.Endpoint.Timeout())
	return admission.WithClass(ctx, in.Class()), cancel
}

// ask reads the body of a request that is allowed, and calls the handler. Nobody learns
// what a body should be without the right to send it, and a refused body is not read.
func (s *Server) ask(ctx context.Context, in *api.Request, rec *responseRecorder, r *http.Request) (api.Response, error) {
	e := in.Endpoint
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		in.Query = r.URL.Query()
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if e.Stream {
			if err := in.SetStream(rec, r); err != nil {
				return api.Response{}, err
			}
			break
		}
		body := rec.body
		if body == nil {
			buf := api.TakeBuffer()
			defer api.GiveBuffer(buf)
			if err := api.ReadBody(buf, rec, r, e.BodyLimit()); err != nil {
				return api.Response{}, err
			}
			body = buf.Bytes()
		}
		if err := in.SetBody(r, body); err != nil {
			return api.Response{}, err
		}
	}
	return e.Serve(ctx, in)
}

// write sends the answer whole, with its length.
func (rec *responseRecorder) write(rep api.Response) {
	buf := api.TakeBuffer()
	defer api.GiveBuffer(buf)
	h := rec.Header()
	if rep.Text != "" {
		h["Content-Type"] = api.TypeText
		buf.WriteString(api.SingleLine(rep.Text)) // titles of older folders may have line breaks
	} else {
		h["Content-Type"] = api.TypeJSON
		b, err := api.AppendJSON(buf.AvailableBuffer(), rep.Body)
		if err != nil {
			rep = api.ErrorResponse(api.ToClient(*rec.log, err, rec.endpoint.Op, rec.id))
			b, _ = api.AppendJSON(nil, rep.Body) // an Error of strings always marshals
		}
		buf.Write(b)
	}
	if rep.Replayed {
		h["Idempotency-Replayed"] = replayed
	}
	if rep.Page != nil {
		setPage(h, &rep)
	}
	rec.length[0] = strconv.Itoa(buf.Len())
	h["Content-Length"] = rec.length[:]
	rec.WriteHeader(rep.Status)
	_, _ = rec.Write(buf.Bytes()) // a client that is gone needs no answer
}

// refusalPause is how long a client waits for a 429. To read a request and to refuse it
// costs as much as to serve an ordinary one: a program that asks again at once would keep
// the hub as busy with refusals as with answers. It is told to come back after a second
// or more anyway. Half as long again at random keeps many connections from being
// answered, and from asking again, all in the same moment.
const refusalPause = 200 * time.Millisecond

// refuse answers with an error.
func (rec *responseRecorder) refuse(e *protocol.Error) {
	if e.Code == protocol.CodeTooMany {
		rec.delay()
	}
	api.SetRetryAfter(rec.Header(), e)
	rec.write(api.ErrorResponse(e))
}
