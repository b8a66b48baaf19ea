package gateway

import (
	"context"
	"errors"
)

// Drain turns new WebSockets away and /ready down, then has the engine send every socket
// what it waits for and close it, and ends the connections that were taken over from the HTTP
// server. Other REST requests are still answered: the HTTP server's own Shutdown ends those.
func (g *Gateway) Drain(ctx context.Context) error {
	return errors.Join(g.ws.Drain(ctx), g.rest.Drain(ctx))
}

// Close ends the goroutine that closes expired sockets, and cuts the connections that were
// taken over from the HTTP server. Call it once, after Drain.
func (g *Gateway) Close() {
	g.ws.Close()
	g.rest.Close()
}
