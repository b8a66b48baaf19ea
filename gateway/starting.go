package gateway

import (
	"net/http"
	"strconv"

	"partyline/protocol"
)

// serveStarting answers while there is no gateway yet: the process is there, and
// everything else is to come again. Nothing of the request is read.
func serveStarting(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header(), r, requestID(r))
	e := protocol.Errorf(protocol.CodeStarting, "The server is starting")
	switch r.URL.Path {
	case "/health":
		answerBare(w, response{status: http.StatusOK, body: healthBody()})
		return
	case "/ready":
		e = e.With("status", "starting")
	}
	setRetryAfter(w.Header(), e)
	answerBare(w, errorResponse(e))
}

// answerBare answers where there is no gateway.
func answerBare(w http.ResponseWriter, rep response) {
	b, _ := appendJSON(nil, rep.body) // strings and numbers always marshal
	h := w.Header()
	h["Content-Type"] = typeJSON
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(rep.status)
	_, _ = w.Write(b) // a client that is gone needs no answer
}
