package rest

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"partyline/gateway/api"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// route is one path with what serves each of its methods.
type route map[string]*api.Endpoint

// routes builds the mux from the operation table: one pattern for each path, so that
// a wrong method is answered by us, with what is allowed.
func (s *Server) routes(all map[string]*api.Endpoint) *http.ServeMux {
	byPath := map[string]route{}
	for _, e := range all {
		if byPath[e.Path] == nil {
			byPath[e.Path] = route{}
		}
		byPath[e.Path][e.Method] = e
		if e.Method == http.MethodGet {
			byPath[e.Path][http.MethodHead] = e
		}
	}
	mux, shadow := http.NewServeMux(), http.NewServeMux()
	for pattern, methods := range byPath {
		if isOverride(pattern) {
			shadow.HandleFunc(pattern, s.serveRoute(pattern, methods))
			continue
		}
		mux.HandleFunc(pattern, s.serveRoute(pattern, methods))
	}
	for pattern, h := range s.plainRoutes() {
		mux.HandleFunc(pattern, s.servePlain(pattern, h))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuseCharged(w.(*responseRecorder), r, protocol.Errorf(protocol.CodeNotFound, "Not found"))
	})
	shadow.Handle("/", mux)
	return shadow
}

// isOverride says that a path is looked up before all others: the mux refuses two
// patterns that both match /api/webhooks/test/logs, and the reference API has them.
func isOverride(pattern string) bool { return strings.HasPrefix(pattern, "/api/webhooks/test/") }

// plainRoutes are the paths that are no operations: they answer GET alone.
func (s *Server) plainRoutes() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"/ready":             s.serveReady,
		"/metrics":           s.metrics.ServeHTTP,
		"/api/sessions/live": s.serveUpgrade,
	}
	for path, h := range s.extra {
		all[path] = s.adminsOnly(h)
	}
	maps.Copy(all, s.pages.descriptions())
	maps.Copy(all, s.pages.routes())
	return all
}

func (s *Server) serveRoute(pattern string, methods route) http.HandlerFunc {
	allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
	return func(w http.ResponseWriter, r *http.Request) {
		rec := w.(*responseRecorder)
		rec.route = pattern
		switch e := methods[r.Method]; {
		case e == nil:
			s.refuseMethod(rec, r, allowed)
		case e.Exempt():
			s.serveCharged(limit.ProbeBudget, rec, r, func() { s.serveREST(e, rec, r) })
		default:
			s.serveREST(e, rec, r)
		}
	}
}

func (s *Server) servePlain(pattern string, h http.HandlerFunc) http.HandlerFunc {
	pays := budgetOfPath(pattern)
	return func(w http.ResponseWriter, r *http.Request) {
		rec := w.(*responseRecorder)
		rec.route = pattern
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			s.serveCharged(pays, rec, r, func() { h(w, r) })
			return
		}
		s.refuseMethod(rec, r, "GET, HEAD")
	}
}

// budgetOfPath is what pays for a path that is no operation.
func budgetOfPath(pattern string) limit.Budget {
	switch pattern {
	case "/ready": // asked by supervisors, as /health is
		return limit.ProbeBudget
	case "/metrics":
		return limit.MetricsBudget
	case "/vote/{code}/qr.svg": // is drawn each time
		return limit.AddressBudget
	case "/api/sessions/live": // handshakes have a rate of their own; what is none pays as a page
		return limit.NoBudget
	}
	return limit.PageBudget
}

func (s *Server) refuseMethod(rec *responseRecorder, r *http.Request, allowed string) {
	rec.Header().Set("Allow", allowed)
	s.refuseCharged(rec, r, protocol.Errorf(protocol.CodeMethod, "Method not allowed"))
}

// isCleanPath says whether the mux would serve the path as it is. It would answer others
// with a redirect to a page, which no API client expects.
func isCleanPath(p string) bool {
	return strings.HasPrefix(p, "/") && (path.Clean(p) == p || path.Clean(p)+"/" == p)
}

// Routes lists all that is served, as "GET /health", in order. What answers GET
// answers HEAD too.
func (s *Server) Routes() []string {
	var all []string
	for _, e := range s.endpoints {
		all = append(all, e.Method+" "+e.Path)
	}
	for path := range maps.Keys(s.plainRoutes()) {
		all = append(all, "GET "+strings.TrimSuffix(path, "{$}"))
	}
	return slices.Sorted(slices.Values(all))
}
