package gateway

import (
	"net"
	"net/http"
	"time"
)

// Limits of the HTTP server. They end connections that cost without asking; a
// WebSocket leaves them behind when it is upgraded.
const (
	// readHeaderTimeout is for the request line and headers: a slow one is an attack.
	readHeaderTimeout = 10 * time.Second
	// writeTimeout begins with the headers as readTimeout does. It leaves time for the
	// slowest body, the longest wait for an answer, and a moment to send that.
	writeTimeout = readTimeout + requestTimeout + 15*time.Second
	// idleTimeout keeps the connection of a bot that votes now and then.
	idleTimeout = 2 * time.Minute
	// maxHeaderBytes holds any token and what proxies add.
	maxHeaderBytes = 32 << 10
)

// NewServer is the door's: the HTTP server with all its limits set.
func (g *Gateway) HTTPServer() *http.Server { return g.server.HTTPServer() }

// Listener is the door's: it bounds the connections of the server it is served by.
func (g *Gateway) Listener(l net.Listener) net.Listener { return g.server.Listener(l) }
