package gateway

import "context"

// Drain turns new WebSockets away and /ready down, then has the engine send every socket
// what it waits for and close it. REST requests are still answered: the HTTP server's own
// Shutdown ends those.
func (g *Gateway) Drain(ctx context.Context) error { return g.ws.Drain(ctx) }

// Close ends the goroutine that closes expired sockets. Call it once, after Drain.
func (g *Gateway) Close() { g.ws.Close() }
