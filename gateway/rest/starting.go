package rest

import (
	"net/http"
	"strconv"

	"partyline/gateway/api"
	"partyline/protocol"
)

// ServeStarting answers while there is no gateway yet: /health says that the process
// lives, everything else is to be tried again. Nothing of the request is read.
func ServeStarting(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header(), r, []string{requestID(r)})
	e := protocol.Errorf(protocol.CodeStarting, "The server is starting")
	switch r.URL.Path {
	case "/health":
		answerBare(w, api.Response{Status: http.StatusOK, Body: api.HealthBody()})
		return
	case "/ready":
		e = e.With("status", "starting")
	}
	api.SetRetryAfter(w.Header(), e)
	answerBare(w, api.ErrorResponse(e))
}

// answerBare answers where there is no gateway.
func answerBare(w http.ResponseWriter, rep api.Response) {
	b, _ := api.AppendJSON(nil, rep.Body) // strings and numbers always marshal
	h := w.Header()
	h["Content-Type"] = api.TypeJSON
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(rep.Status)
	_, _ = w.Write(b) // a client that is gone needs no answer
}
