package gateway

import "context"

// Drain turns new WebSockets away and /ready down, then has the engine send every
// socket what it waits for and say goodbye. REST requests are still answered: the
// HTTP server's own Shutdown ends those.
func (g *Gateway) Drain(ctx context.Context) error {
	g.draining.Store(true)
	return g.engine.Drain(ctx)
}

// Close ends the sweeper. Call it once, after Drain.
func (g *Gateway) Close() { g.expiry.close() }
