package gateway

import "net/http"

// Header values that every answer shares; net/http does not write to them.
var (
	typeJSON   = []string{"application/json; charset=utf-8"}
	typeText   = []string{"text/plain; charset=utf-8"}
	typeCSV    = []string{"text/csv; charset=utf-8"}
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	noStore    = []string{"no-store"}
	replayed   = []string{"true"}
)

// secure sets the headers of every API answer: it is data, never a page, and new
// each time.
func secure(h http.Header, requestID string) {
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = noContent
	h["Cache-Control"] = noStore
	h["X-Request-Id"] = []string{requestID}
}
