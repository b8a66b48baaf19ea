package rest

import (
	"encoding/json"
	"errors"
	"net/http"

	"partyline/gateway/api"
	"partyline/protocol"
)

// readiness is what /ready answers.
type readiness struct {
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
}

// serveReady says whether to send clients here, and if not why: in one word and, where
// the disk is the reason, in a sentence for the operator.
func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	if s.draining() {
		writeReadiness(w, http.StatusServiceUnavailable, readiness{Status: "draining"})
		return
	}
	err := s.ready()
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
	h["Content-Type"] = api.TypeJSON
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
