package gateway_test

import (
	"net/http"
	"strconv"
	"testing"
)

// descriptions are the paths of the description and of its page, which change only with the
// program.
var descriptions = []string{"/api/openapi.yaml", "/api/openapi.json", "/api/asyncapi.yaml", "/docs", "/docs/start.js", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"}

// TestDescriptionsAreCached: neither packed nor plain, which is the same
// document.
func TestDescriptionsAreCached(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for _, path := range descriptions {
		for _, coding := range []string{"gzip", "identity"} {
			if coding == "gzip" && path == "/api/openapi.json" {
				continue // the description's checker reads JSON as it comes
			}
			a := h.send("GET", path, "", nil, "Accept-Encoding", coding)
			a.want(t, 200, "", "")
			if n := a.header.Get("Content-Length"); n != strconv.Itoa(len(a.body)) || a.header.Get("Cache-Control") != "no-cache" {
				t.Errorf("%s as %s: Content-Length %q of %d bytes, Cache-Control %q", path, coding, n, len(a.body), a.header.Get("Cache-Control"))
			}
			again := h.send("GET", path, "", nil, "Accept-Encoding", coding, "If-None-Match", a.header.Get("ETag"))
			if again.status != http.StatusNotModified || len(again.body) > 0 {
				t.Errorf("%s as %s: %d and %d bytes to who has it", path, coding, again.status, len(again.body))
			}
		}
	}
}
