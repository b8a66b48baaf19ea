package rest

import (
	"encoding/json"
	"maps"
	"net/http"
	"sync"

	"go.yaml.in/yaml/v4"

	"partyline/gateway/api"
	"partyline/gateway/screen"
	"partyline/protocol"
)

// descriptions are the paths that say what all others are. Each text is made and packed
// for the first request, and kept.
func (p *pages) descriptions() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"/api/openapi.yaml":  p.serveDocument(text("openapi.yaml", protocol.OpenAPI)),
		"/api/asyncapi.yaml": p.serveDocument(text("asyncapi.yaml", protocol.AsyncAPI)),
		"/api/openapi.json":  p.serveDocument(openAPIJSON),
	}
	maps.Copy(all, p.docs())
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
func (p *pages) serveDocument(open func() (*screen.Document, error)) http.HandlerFunc {
	once := sync.OnceValues(open)
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := once()
		if err != nil {
			rec := w.(*responseRecorder)
			rec.refuse(api.ToClient(*rec.log, err, rec.route, rec.id))
			return
		}
		d.Serve(w, r, screen.Revalidate)
	}
}

func (p *pages) serveJSON(rec *responseRecorder, made func() ([]byte, error)) {
	b, err := made()
	if err != nil {
		rec.refuse(api.ToClient(*rec.log, err, rec.route, rec.id))
		return
	}
	rec.Header()["Content-Type"] = api.TypeJSON
	_, _ = rec.Write(b) // a client that is gone needs no answer
}
