package rest

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"partyline/gateway/api"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// ServeHTTP handles every request: it gives it an id and the common headers, checks host
// and origin, and at the end logs and measures it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &responseRecorder{ResponseWriter: w, log: &s.log, id: requestID(r), start: time.Now(), canceled: r.Context().Done()}
	s.serve(rec, r, s.checkAndRoute)
	if rec.kept != nil {
		s.serveKept(rec, r)
	}
}

// serve serves one request.
func (s *Server) serve(rec *responseRecorder, r *http.Request, next func(*responseRecorder, *http.Request)) {
	rec.idValue[0] = rec.id
	setHeaders(rec.Header(), r, rec.idValue[:])
	s.requestMetrics.Begin()
	defer s.logRequest(rec, r)
	defer s.recoverPanic(rec)
	next(rec, r)
}

// checkAndRoute routes requests with a known host name, of the own pages, allowed pages
// and programs. Probes may use any host name.
func (s *Server) checkAndRoute(rec *responseRecorder, r *http.Request) {
	if r.URL.Path != "/health" && r.URL.Path != "/ready" {
		if err := s.hosts.check(r); err != nil {
			s.refuseCharged(rec, r, err)
			return
		}
	}
	named, err := s.origins.check(r)
	if err != nil {
		s.refuseCharged(rec, r, err)
		return
	}
	if named {
		cors(rec.Header(), r.Header.Get("Origin"))
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			s.serveCharged(limit.PageBudget, rec, r, func() { preflight(rec) })
			return
		}
	}
	if !isCleanPath(r.URL.Path) {
		s.refuseCharged(rec, r, protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	s.mux.ServeHTTP(rec, r)
}

// recoverPanic turns a panic of one request into a 500 for that request.
func (s *Server) recoverPanic(rec *responseRecorder) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	s.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", rec.id).Str("route", rec.route).Bytes("stack", debug.Stack()).Msg("request panicked")
	if rec.status == 0 {
		rec.refuse(protocol.Internal().With("requestId", rec.id))
	}
}

func (s *Server) logRequest(rec *responseRecorder, r *http.Request) {
	took := time.Since(rec.start)
	s.requestMetrics.End(r.Method, rec.route, rec.status, took)
	s.log.WithLevel(api.LogLevel(rec.endpoint, rec.status)).Str("method", r.Method).Str("route", rec.route).Int("status", rec.status).
		Dur("took_ms", took).Int("bytes", rec.bytes).Str("request_id", rec.id).Msg("request")
}
