package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"partyline/protocol"
)

// health says that the process answers. Whether it can take votes is asked of /ready.
func (g *Gateway) health(context.Context, *request) (response, error) {
	return response{status: http.StatusOK, body: healthBody()}, nil
}

func healthBody() map[string]string {
	return map[string]string{"status": "ok", "message": "Partyline is running"}
}

// readiness is what /ready answers.
type readiness struct {
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
}

// serveReady says whether to send clients here, and if not why: in one word and, where the
// disk is the reason, in a sentence for whoever mends it.
func (g *Gateway) serveReady(w http.ResponseWriter, _ *http.Request) {
	if g.draining.Load() {
		writeReadiness(w, http.StatusServiceUnavailable, readiness{Status: "draining"})
		return
	}
	err := g.ready()
	if err == nil {
		writeReadiness(w, http.StatusOK, readiness{Status: "ready"})
		return
	}
	said := readiness{Status: "storage"}
	var known *protocol.Error
	if errors.As(err, &known) {
		said.Error = known.Message
	}
	writeReadiness(w, http.StatusServiceUnavailable, said)
}

func writeReadiness(w http.ResponseWriter, status int, said readiness) {
	h := w.Header()
	h["Content-Type"] = typeJSON
	if status != http.StatusOK {
		h.Set("Retry-After", "2")
	}
	b, err := json.Marshal(said)
	if err != nil {
		b = []byte("{}") // two strings cannot fail
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // a client that is gone needs no answer
}
