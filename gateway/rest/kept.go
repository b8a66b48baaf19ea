package rest

import (
	"net/http"

	"partyline/gateway/keepalive"
)

// keep takes the connection of a vote over from net/http when its client casts vote after
// vote, which saves half of what such a request costs. Pages are left out: what is checked of
// them is not checked again, nor are their headers set again.
func (s *Server) keep(rec *responseRecorder, r *http.Request) {
	if rec.kept != nil {
		return
	}
	if r.Header["Origin"] != nil {
		keepalive.Other(r)
		return
	}
	if rec.kept = s.keeper.Take(rec.ResponseWriter, r); rec.kept != nil {
		rec.ResponseWriter = rec.kept
	}
}

// serveKept serves the votes that follow on a connection that was taken over. They have the
// head of the first, whose host, origin and path have been checked.
func (s *Server) serveKept(first *responseRecorder, r *http.Request) {
	conn := first.kept
	defer conn.End()
	rec := new(responseRecorder)
	for conn.Next() {
		*rec = responseRecorder{ResponseWriter: conn, log: &s.log, id: requestID(r), start: conn.At, endpoint: first.endpoint, route: first.route,
			kept: conn, body: conn.Body}
		s.serve(rec, r, s.serveAgain)
	}
}

func (s *Server) serveAgain(rec *responseRecorder, r *http.Request) {
	s.serveREST(rec.endpoint, rec, r)
}
