package gateway

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/swaggest/swgui/v5/static"
	"go.yaml.in/yaml/v4"

	"partyline/protocol"
)

// docsPage shows the description of the API. Its paths are relative, so that it works
// behind a proxy that serves the hub below a prefix.
const docsPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Partyline API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
`

// docsStart is a file of its own because the page runs no inline script. Without the
// null, Swagger UI would send the description to a validator on the internet.
const docsStart = `SwaggerUIBundle({
  url: 'api/openapi.yaml',
  dom_id: '#page',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'list',
  tagsSorter: null,
});
`

// docsPolicy lets the page load and ask nothing but this server. Swagger UI draws its
// arrows from data URLs.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsFiles are the parts of Swagger UI that the page needs, with their types.
var docsFiles = map[string]string{
	"swagger-ui.css":       "text/css; charset=utf-8",
	"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}

// descriptions are the paths that say what all others are.
func (g *Gateway) descriptions() map[string]http.HandlerFunc {
	asJSON := sync.OnceValues(openAPIJSON)
	return map[string]http.HandlerFunc{
		"/api/openapi.yaml":  serveText("application/yaml", protocol.OpenAPI),
		"/api/asyncapi.yaml": serveText("application/yaml", protocol.AsyncAPI),
		"/api/openapi.json":  func(w http.ResponseWriter, _ *http.Request) { g.serveJSON(w.(*exchange), asJSON) },
		"/docs": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", docsPolicy)
			serveText("text/html; charset=utf-8", docsPage)(w, r)
		},
		"/docs/{file}":   g.serveDocsFile,
		"/docs/start.js": serveText("text/javascript; charset=utf-8", docsStart),
	}
}

// openAPIJSON is the description for programs that read no YAML.
func openAPIJSON() ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(protocol.OpenAPI), &doc); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

func (g *Gateway) serveJSON(x *exchange, made func() ([]byte, error)) {
	b, err := made()
	if err != nil {
		g.refuse(x, failed(g.log, err, "openapi.json", x.id))
		return
	}
	x.Header()["Content-Type"] = typeJSON
	_, _ = x.Write(b) // a client that is gone needs no answer
}

func serveText(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text) // a client that is gone needs no answer
	}
}

// serveDocsFile serves a file of Swagger UI, which is embedded compressed.
func (g *Gateway) serveDocsFile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	kind, known := docsFiles[name]
	if !known {
		g.refuse(w.(*exchange), protocol.Errorf(protocol.CodeNotFound, "Not found"))
		return
	}
	f, err := static.FS.Open(name + ".gz")
	if err != nil {
		g.refuse(w.(*exchange), failed(g.log, err, "docs", w.(*exchange).id))
		return
	}
	defer func() { _ = f.Close() }() // it is in memory
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = io.Copy(w, f) // a client that is gone needs no answer
		return
	}
	plain, err := gzip.NewReader(f)
	if err != nil {
		g.refuse(w.(*exchange), failed(g.log, err, "docs", w.(*exchange).id))
		return
	}
	_, _ = io.Copy(w, plain) // likewise
}

// Routes lists all that is served, as "GET /health", in order. What answers GET
// answers HEAD too.
func (g *Gateway) Routes() []string {
	var all []string
	for _, e := range g.endpoints {
		all = append(all, e.Method+" "+e.Path)
	}
	for path := range maps.Keys(g.others()) {
		all = append(all, "GET "+strings.TrimSuffix(path, "{$}"))
	}
	return slices.Sorted(slices.Values(all))
}
