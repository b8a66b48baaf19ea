package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"

	"partyline/gateway/limit"
	"partyline/protocol"
)

// ServeHTTP is what every request passes: an id, the common headers, the look at the
// page it comes from, and at the end its line in the log and its place in the metrics.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &responseRecorder{ResponseWriter: w, id: requestID(r), start: time.Now(), canceled: r.Context().Done()}
	setHeaders(w.Header(), r, x.id)
	g.requestMetrics.begin(r.Context())
	defer g.logRequest(x, r)
	defer g.recoverPanic(x)
	g.checkAndRoute(x, r)
}

// admit lets own and allowed pages, and programs, through to the routes. Whoever looks
// whether the process lives may call it what they like.
func (g *Gateway) checkAndRoute(x *responseRecorder, r *http.Request) {
	if r.URL.Path != "/health" && r.URL.Path != "/ready" {
		if err := g.hosts.check(r); err != nil {
			g.refuseCharged(x, r, err)
			return
		}
	}
	named, err := g.origins.check(r)
	if err != nil {
		g.refuseCharged(x, r, err)
		return
	}
	if named {
		cors(x.Header(), r.Header.Get("Origin"))
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			g.serveCharged(limit.PageBudget, x, r, func() { preflight(x) })
			return
		}
	}
	if !isCleanPath(r.URL.Path) {
		g.refuseCharged(x, r, protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	g.mux.ServeHTTP(x, r)
}

// rescue turns a panic of one request into a 500 for that request.
func (g *Gateway) recoverPanic(x *responseRecorder) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	g.log.Error().Str("panic", fmt.Sprint(v)).Str("request_id", x.id).Str("route", x.route).Bytes("stack", debug.Stack()).Msg("request panicked")
	if x.status == 0 {
		g.refuse(x, protocol.Internal().With("requestId", x.id))
	}
}

func (g *Gateway) logRequest(x *responseRecorder, r *http.Request) {
	took := time.Since(x.start)
	g.requestMetrics.end(r.Context(), x, r.Method, took)
	g.log.WithLevel(logLevel(x.endpoint, x.status)).Str("method", r.Method).Str("route", x.route).Int("status", x.status).
		Dur("took_ms", took).Int("bytes", x.bytes).Str("request_id", x.id).Msg("request")
}

// loudness is the level of a request's line: what changes an evening and what went wrong
// on our side is told, the rest is for who looks closely.
func logLevel(at *endpoint, status int) zerolog.Level {
	if status >= http.StatusInternalServerError || at != nil && at.Access == protocol.AccessAdmin && at.Write {
		return zerolog.InfoLevel
	}
	return zerolog.DebugLevel
}
