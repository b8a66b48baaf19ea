package ws

import (
	"context"
	"sync/atomic"

	"github.com/rs/zerolog"

	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/clientaddr"
	"partyline/gateway/fanout"
	"partyline/gateway/limit"
)

// Options of a Server. All but ConnectRate and TrustedProxies are needed.
type Options struct {
	// Engine carries the WebSockets. The server drains it, its owner closes it.
	Engine    *fanout.Engine
	Handlers  *api.Handlers
	Endpoints map[string]*api.Endpoint
	Auth      *auth.Authenticator
	Requests  *limit.Requests
	// Connections counts the WebSockets with the connections of the HTTP server.
	Connections *limit.Connections
	// ConnectRate is how many WebSockets one address may open per second, 0 for the
	// default.
	ConnectRate    float64
	TrustedProxies clientaddr.Proxies
	Metrics        *api.Metrics
	Log            zerolog.Logger
}

// Server serves the WebSockets of clients: their messages, requests and subscriptions.
// Its methods may be called from any goroutine.
type Server struct {
	engine         *fanout.Engine
	handlers       *api.Handlers
	endpoints      map[string]*api.Endpoint
	auth           *auth.Authenticator
	requestLimits  *limit.Requests
	connections    *limit.Connections
	connectLimit   limit.Addresses
	deviceSockets  limit.DeviceSockets[*socket]
	proxies        clientaddr.Proxies
	requestMetrics *api.Metrics
	log            zerolog.Logger
	expiry         *expiry
	draining       atomic.Bool
	// subscribeCost is what a subscription is charged, and firstSubscribeCost the first of a
	// socket.
	subscribeCost, firstSubscribeCost limit.Cost
}

// New starts the goroutine that closes expired sockets, which Close ends.
func New(o Options) *Server {
	s := &Server{
		engine: o.Engine, handlers: o.Handlers, endpoints: o.Endpoints, auth: o.Auth, requestLimits: o.Requests, connections: o.Connections,
		connectLimit: limit.NewAddresses(&limit.NewSockets, o.ConnectRate), proxies: o.TrustedProxies, requestMetrics: o.Metrics, log: o.Log,
	}
	s.expiry = newExpiry(s)
	return s
}

// Draining says that no new WebSockets are taken.
func (s *Server) Draining() bool { return s.draining.Load() }

// Drain turns new WebSockets away, then has the engine send every socket what it waits for
// and close it.
func (s *Server) Drain(ctx context.Context) error {
	s.draining.Store(true)
	return s.engine.Drain(ctx)
}

// Close ends the goroutine that closes expired sockets. Call it once, after Drain.
func (s *Server) Close() { s.expiry.close() }
