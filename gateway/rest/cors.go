package rest

import (
	"net/http"
	"net/url"
	"strings"

	"partyline/gateway/clientaddr"
	"partyline/protocol"
)

// origins says which browser pages may talk to this server: those of its own host,
// and those that the operator allows by name, or all with "*". Programs send no
// Origin and are not asked.
type origins struct {
	allowed map[string]bool
	proxies clientaddr.Proxies
}

func newOrigins(allowed []string, p clientaddr.Proxies) origins {
	o := origins{allowed: make(map[string]bool, len(allowed)), proxies: p}
	for _, a := range allowed {
		o.allowed[strings.ToLower(strings.TrimSuffix(a, "/"))] = true
	}
	return o
}

// check refuses a page of another host, and says whether the page is one of those allowed
// by name, which need CORS headers.
func (o origins) check(r *http.Request) (named bool, err *protocol.Error) {
	origin := r.Header.Get("Origin")
	switch {
	case origin == "":
		return false, nil
	case o.allowed["*"], o.allowed[strings.ToLower(origin)]:
		return true, nil
	case o.own(origin, r):
		return false, nil
	}
	return false, protocol.Errorf(protocol.CodeForeignOrigin, "Origin is not allowed")
}

func (o origins) own(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, o.proxies.Host(r))
}

// Values of CORS answers. A browser may remember a preflight for two hours, which is
// the most that Chromium does.
const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, X-Request-Id"
	corsExposed = "Content-Disposition, Idempotency-Replayed, Link, Retry-After, X-Request-Id, X-Total-Count"
	corsMaxAge  = "7200"
)

// cors lets the page read the answer. The answer depends on the page, so caches are told.
func cors(h http.Header, origin string) {
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", corsExposed)
}

// preflight answers a browser that asks whether a page may send a request.
func preflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
}
