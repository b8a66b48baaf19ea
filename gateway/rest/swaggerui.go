package rest

import (
	"net/http"

	"github.com/swaggest/swgui/v5/static"

	"partyline/gateway/screen"
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

// docs are the page and its parts: of Swagger UI those that it needs.
func (p *pages) docs() map[string]http.HandlerFunc {
	parts := map[string]http.HandlerFunc{}
	for _, name := range []string{"swagger-ui.css", "swagger-ui-bundle.js"} {
		parts[name] = p.serveDocument(swaggerUI(name))
	}
	return map[string]http.HandlerFunc{
		"/docs": p.serveDocument(func() (*screen.Document, error) {
			d, err := screen.NewDocument("docs.html", []byte(docsPage))
			if err != nil {
				return nil, err
			}
			return d.WithPolicy(docsPolicy), nil
		}),
		"/docs/start.js": p.serveDocument(text("start.js", docsStart)),
		"/docs/{file}": func(w http.ResponseWriter, r *http.Request) {
			part := parts[r.PathValue("file")]
			if part == nil {
				w.(*responseRecorder).refuse(protocol.Errorf(protocol.CodeNotFound, "Not found"))
				return
			}
			part(w, r)
		},
	}
}

// swaggerUI is a part of Swagger UI, which is embedded compressed.
func swaggerUI(name string) func() (*screen.Document, error) {
	return func() (*screen.Document, error) {
		packed, err := static.FS.ReadFile(name + ".gz")
		if err != nil {
			return nil, err
		}
		return screen.OpenPacked(name, packed)
	}
}
