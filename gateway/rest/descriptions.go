package rest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"partyline/gateway/api"
	"partyline/gateway/screen"
	"partyline/protocol"
)

// descriptions are the paths that say what all others are. Each text is made and packed
// for the first request, and kept.
func (s *Server) descriptions() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"/api/openapi.yaml":  s.serveDocument(text("openapi.yaml", protocol.OpenAPI)),
		"/api/asyncapi.yaml": s.serveDocument(text("asyncapi.yaml", protocol.AsyncAPI)),
		"/api/openapi.json":  s.serveDocument(openAPIJSON),
	}
	maps.Copy(all, s.docs())
	return all
}

// text is a document that is made at the first request.
func text(name, content string) func() (*screen.Document, error) {
	return func() (*screen.Document, error) { return screen.NewDocument(name, []byte(content)) }
}

// openAPIJSON is the description for programs that read no YAML.
func openAPIJSON() (*screen.Document, error) {
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(protocol.OpenAPI), &doc); err != nil {
		return nil, err
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return screen.NewDocument("openapi.json", b)
}

// serveDocument serves a document that is made once. Clients keep it and ask whether it
// has changed: it does when the program does.
func (s *Server) serveDocument(open func() (*screen.Document, error)) http.HandlerFunc {
	once := sync.OnceValues(open)
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := once()
		if err != nil {
			rec := w.(*responseRecorder)
			s.refuse(rec, api.ToClient(s.log, err, rec.route, rec.id))
			return
		}
		d.Serve(w, r, screen.Revalidate)
	}
}

func (s *Server) serveJSON(rec *responseRecorder, made func() ([]byte, error)) {
	b, err := made()
	if err != nil {
		s.refuse(rec, api.ToClient(s.log, err, rec.route, rec.id))
		return
	}
	rec.Header()["Content-Type"] = api.TypeJSON
	_, _ = rec.Write(b) // a client that is gone needs no answer
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
