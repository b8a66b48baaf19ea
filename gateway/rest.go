package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"partyline/actors/admission"
	"partyline/gateway/auth"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// serveREST answers one request to an operation.
func (s *restServer) serveREST(e *endpoint, x *responseRecorder, r *http.Request) {
	x.endpoint = e
	ctx, cancel := context.WithTimeout(r.Context(), e.timeout())
	defer cancel()
	who, invalid := s.auth.Identify(r)
	in := &request{endpoint: e, principal: who.Principal, issuedAt: who.IssuedAt, pathValue: r.PathValue, key: r.Header.Get("Idempotency-Key"), client: s.proxies.Client(r)}
	paid, refusal := s.requestLimits.Reserve(e.charged(), in.principal, in.client, time.Now())
	if refusal == nil {
		refusal = auth.Authorize(who, invalid, e.Access)
	}
	if refusal != nil {
		s.refuse(x, refusal)
		return
	}
	if e.readVote == nil { // a vote is of its own kind's class
		ctx = admission.WithClass(ctx, in.class())
	}
	rep, err := s.ask(ctx, in, x, r)
	switch {
	case err != nil:
		s.refuse(x, toClient(s.log, err, e.Op, x.id))
	case rep.file != nil:
		s.sendFile(x, r, rep.file)
		return // only the host has files, and they have places of their own
	default:
		s.write(x, rep)
		e.cost.Observe(x.bytes)
	}
	s.requestLimits.Settle(paid, limit.CostOf(x.bytes), time.Now())
}

// ask reads what somebody asks who may. Nobody learns what a body should be without the
// right to send it, and a refusal reads none.
func (s *restServer) ask(ctx context.Context, in *request, x *responseRecorder, r *http.Request) (response, error) {
	e := in.endpoint
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		in.query = r.URL.Query()
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if e.Stream {
			if err := in.setStream(x, r); err != nil {
				return response{}, err
			}
			break
		}
		body := takeBuffer()
		defer giveBuffer(body)
		if err := readBody(body, x, r, e.bodyLimit()); err != nil {
			return response{}, err
		}
		if err := in.setBody(r, body.Bytes()); err != nil {
			return response{}, err
		}
	}
	return e.serve(ctx, in)
}

// write sends the answer whole, with its length.
func (s *restServer) write(x *responseRecorder, rep response) {
	buf := takeBuffer()
	defer giveBuffer(buf)
	h := x.Header()
	if rep.text != "" {
		h["Content-Type"] = typeText
		buf.WriteString(singleLine(rep.text)) // titles of older folders may have line breaks
	} else {
		h["Content-Type"] = typeJSON
		b, err := appendJSON(buf.AvailableBuffer(), rep.body)
		if err != nil {
			rep = errorResponse(toClient(s.log, err, x.endpoint.Op, x.id))
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
func (s *restServer) refuse(x *responseRecorder, e *protocol.Error) {
	if e.Code == protocol.CodeTooMany {
		x.delay()
	}
	setRetryAfter(x.Header(), e)
	s.write(x, errorResponse(e))
}
