package gateway

import (
	"context"
	"net/http"
)

// health says that the process answers. Whether it can take votes is asked of /ready.
func (h *handlers) health(context.Context, *request) (response, error) {
	return response{status: http.StatusOK, body: healthBody()}, nil
}

func healthBody() map[string]string {
	return map[string]string{"status": "ok", "message": "Partyline is running"}
}
