package rest

import (
	"net/http"
	"strconv"

	"partyline/gateway/api"
)

// Header values that every answer shares; net/http does not write to them.
var (
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	noStore    = []string{"no-store"}
	replayed   = []string{"true"}
	// onlyHTTPS has browsers keep to HTTPS for 30 days after they were last here. It is not
	// a year: it holds for all ports of the host, and an operator who goes back to plain HTTP
	// cannot take it back before its time.
	onlyHTTPS = []string{"max-age=2592000"}
)

// setPage sets the headers that tell where the rows of an answer stand in their list.
func setPage(h http.Header, rep *api.Response) {
	if total := rep.Page.Total; total != nil {
		h["X-Total-Count"] = []string{strconv.Itoa(*total)}
	}
	if len(rep.Links) > 0 {
		h["Link"] = rep.Links
	}
}

// setHeaders sets the headers of every API answer: it is data, never a page, and new each
// time. By TLS of this process it has browsers keep to HTTPS; behind a proxy that is the
// proxy's choice.
func setHeaders(h http.Header, r *http.Request, requestID []string) {
	if r.TLS != nil {
		h["Strict-Transport-Security"] = onlyHTTPS
	}
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = noContent
	h["Cache-Control"] = noStore
	h["X-Request-Id"] = requestID
}
