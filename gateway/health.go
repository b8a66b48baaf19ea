package gateway

import (
	"context"
	"net/http"
)

// health says that the process answers. Whether it can take votes is asked of /ready.
func (g *Gateway) health(context.Context, *input) (reply, error) {
	return reply{status: http.StatusOK, body: alive()}, nil
}

func alive() map[string]string {
	return map[string]string{"status": "ok", "message": "Partyline is running"}
}

// serveReady says whether to send clients here, and if not why in one word.
func (g *Gateway) serveReady(w http.ResponseWriter, _ *http.Request) {
	switch {
	case g.draining.Load():
		writeReadiness(w, http.StatusServiceUnavailable, "draining")
	case g.ready() != nil:
		writeReadiness(w, http.StatusServiceUnavailable, "storage")
	default:
		writeReadiness(w, http.StatusOK, "ready")
	}
}

func writeReadiness(w http.ResponseWriter, status int, word string) {
	h := w.Header()
	h["Content-Type"] = typeJSON
	if status != http.StatusOK {
		h.Set("Retry-After", "2")
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"status":"` + word + `"}`)) // a client that is gone needs no answer
}
