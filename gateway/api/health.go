package api

import (
	"context"
	"net/http"
)

// health says that the process answers. Whether it can take votes is asked of /ready.
func (h *Handlers) health(context.Context, *Request) (Response, error) {
	return Response{Status: http.StatusOK, Body: HealthBody()}, nil
}

func HealthBody() map[string]string {
	return map[string]string{"status": "ok", "message": "Partyline is running"}
}
