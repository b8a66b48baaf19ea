package gateway

import (
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"

	"partyline/gateway/limit"

	"github.com/rs/zerolog"
)

// DoorOptions say how many may come in. The zero value takes the defaults.
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

// Door is what clients meet first. It stands open before there is a Gateway, because
// opening a large data folder takes a while: until then it says that the server is
// starting. The Gateway that is made with it answers from then on.
type Server struct {
	connections *limit.Connections
	handler     http.Handler
	gateway     atomic.Pointer[Gateway]
	log         zerolog.Logger
}

// NewDoor makes a door with nobody behind it.
func NewServer(o ServerOptions) *Server {
	connections := limit.NewConnections(limit.ConnectionOptions{MaxConnections: o.MaxConnections, MaxPerAddress: o.MaxPerAddress,
		HandshakeRate: o.HandshakeRate, TrustedProxies: o.TrustedProxies, Log: o.Log})
	return &Server{connections: connections, handler: o.Handler, log: o.Log}
}

// ServeHTTP implements http.Handler.
func (d *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch g := d.gateway.Load(); {
	case d.handler != nil:
		d.handler.ServeHTTP(w, r)
	case g != nil:
		g.ServeHTTP(w, r)
	default:
		serveStarting(w, r)
	}
}

// NewServer makes the HTTP server, with all its limits set.
func (d *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           d,
		ConnState:         d.connections.Track,
		ErrorLog:          log.New(serverLog{d.log.With().Str("from", "net/http").Logger()}, "", 0),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}

// Listener bounds the connections of the server it is served by. The connections are
// handed on as they are: the engine writes to the bare TCP connection.
func (d *Server) Listener(l net.Listener) net.Listener {
	return d.connections.Listener(l)
}
