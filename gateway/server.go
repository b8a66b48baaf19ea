package gateway

import (
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"partyline/gateway/api"
	"partyline/gateway/keepalive"
	"partyline/gateway/limit"
	"partyline/gateway/rest"

	"github.com/rs/zerolog"
)

// Limits of the HTTP server. They end connections that cost without asking; a
// WebSocket leaves them behind when it is upgraded.
const (
	// readHeaderTimeout is for the request line and headers: a slow one is an attack.
	readHeaderTimeout = 10 * time.Second
	// writeTimeout begins with the headers as api.ReadTimeout does. It leaves time for the
	// slowest body, the longest wait for an answer, and a moment to send that.
	writeTimeout = api.ReadTimeout + api.RequestTimeout + 15*time.Second
	// idleTimeout keeps the connection of a bot that votes now and then.
	idleTimeout = 2 * time.Minute
	// maxHeaderBytes holds any token and what proxies add.
	maxHeaderBytes = 32 << 10
)

// ServerOptions bound the connections. The zero value takes the defaults.
type ServerOptions struct {
	// MaxConnections bounds HTTP connections and WebSockets together, 0 for DefaultMaxConnections.
	MaxConnections int
	// MaxPerAddress bounds the HTTP connections of one address, and its WebSockets, 0 for
	// DefaultMaxPerAddress. Loopback and trusted proxies are not counted.
	MaxPerAddress int
	// HandshakeRate is how many TLS handshakes one address may begin per second in the long
	// run, 0 for no limit. Loopback and trusted proxies are not counted.
	HandshakeRate float64
	// TrustedProxies stand for many clients each.
	TrustedProxies []netip.Prefix
	// Handler serves everything in place of a Gateway; nil waits for one.
	Handler http.Handler
	Log     zerolog.Logger
}

// Server accepts connections and hands requests to its Gateway. It runs before there is a
// Gateway, because opening a large data folder takes a while: until then it answers that
// the server is starting. The Gateway that is made with it answers from then on.
type Server struct {
	connections *limit.Connections
	handler     http.Handler
	gateway     atomic.Pointer[Gateway]
	log         zerolog.Logger
}

// NewServer makes a Server without a Gateway.
func NewServer(o ServerOptions) *Server {
	connections := limit.NewConnections(limit.ConnectionOptions{MaxConnections: o.MaxConnections, MaxPerAddress: o.MaxPerAddress,
		HandshakeRate: o.HandshakeRate, TrustedProxies: o.TrustedProxies, Log: o.Log})
	return &Server{connections: connections, handler: o.Handler, log: o.Log}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch g := s.gateway.Load(); {
	case s.handler != nil:
		s.handler.ServeHTTP(w, r)
	case g != nil:
		g.ServeHTTP(w, r)
	default:
		rest.ServeStarting(w, r)
	}
}

// HTTPServer is the HTTP server, with all its timeouts set.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           s,
		ConnState:         s.connections.Track,
		ConnContext:       keepalive.ConnContext,
		ErrorLog:          log.New(serverLog{s.log.With().Str("from", "net/http").Logger()}, "", 0),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       api.ReadTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}

// Listener bounds the connections of the server it is served by. The connections are
// handed on as they are: the engine writes to the bare TCP connection.
func (s *Server) Listener(l net.Listener) net.Listener {
	return s.connections.Listener(l)
}

// HTTPServer is Server.HTTPServer.
func (g *Gateway) HTTPServer() *http.Server { return g.server.HTTPServer() }

// Listener is Server.Listener.
func (g *Gateway) Listener(l net.Listener) net.Listener { return g.server.Listener(l) }
