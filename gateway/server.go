package gateway

import (
	"log"
	"net"
	"net/http"
	"time"
)

// Limits of the HTTP server. They end connections that cost without asking; a
// WebSocket leaves them behind when it is upgraded.
const (
	// readHeaderTimeout is for the request line and headers: a slow one is an attack.
	readHeaderTimeout = 10 * time.Second
	// readTimeout is for a whole request; the largest import takes it on a slow line.
	readTimeout = 60 * time.Second
	// writeTimeout leaves time for an answer after the longest wait for it.
	writeTimeout = 60 * time.Second
	// idleTimeout keeps the connection of a bot that votes now and then.
	idleTimeout = 2 * time.Minute
	// maxHeaderBytes holds any token and what proxies add.
	maxHeaderBytes = 32 << 10
)

// NewServer makes the HTTP server, with all its limits set.
func (g *Gateway) NewServer() *http.Server {
	return &http.Server{
		Handler:           g,
		ConnState:         g.census.track,
		ErrorLog:          log.New(g.log.With().Str("from", "net/http").Logger(), "", 0),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}

// Listener bounds the connections of the server it is served by. The connections are
// handed on as they are: the engine writes to the bare TCP connection.
func (g *Gateway) Listener(l net.Listener) net.Listener {
	return listener{Listener: l, census: g.census}
}
