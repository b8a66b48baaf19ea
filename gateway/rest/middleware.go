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
	x := &responseRecorder{ResponseWriter: w, id: requestID(r), start: time.Now(), canceled: r.Context().Done()}
	setHeaders(w.Header(), r, x.id)
	s.requestMetrics.Begin(r.Context())
	defer s.logRequest(x, r)
	defer s.recoverPanic(x)
	s.checkAndRoute(x, r)
}

// checkAndRoute routes requests with a known host name, of the own pages, allowed pages
// and programs. Probes may use any host name.
func (s *Server) checkAndRoute(x *responseRecorder, r *http.Request) {
	if r.URL.Path != "/health" && r.URL.Path != "/ready" {
		if err := s.hosts.check(r); err != nil {
			s.refuseCharged(x, r, err)
			return
		}
	}
	named, err := s.origins.check(r)
	if err != nil {
		s.refuseCharged(x, r, err)
		return
	}
	if named {
		cors(x.Header(), r.Header.Get("Origin"))
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			s.serveCharged(limit.PageBudget, x, r, func() { preflight(x) })
			return
		}
	}
	if !isCleanPath(r.URL.Path) {
		s.refuseCharged(x, r, protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	s.mux.ServeHTTP(x, r)
}

// recoverPanic turns a panic of one request into a 500 for that request.
func (s *Server) recoverPanic(x *responseRecorder) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	s.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", x.id).Str("route", x.route).Bytes("stack", debug.Stack()).Msg("request panicked")
	if x.status == 0 {
		s.refuse(x, protocol.Internal().With("requestId", x.id))
	}
}

func (s *Server) logRequest(x *responseRecorder, r *http.Request) {
	took := time.Since(x.start)
	s.requestMetrics.End(r.Context(), r.Method, x.route, x.status, took)
	s.log.WithLevel(api.LogLevel(x.endpoint, x.status)).Str("method", r.Method).Str("route", x.route).Int("status", x.status).
		Dur("took_ms", took).Int("bytes", x.bytes).Str("request_id", x.id).Msg("request")
}
