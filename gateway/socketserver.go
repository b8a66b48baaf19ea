package gateway

import (
	"context"
	"sync/atomic"

	"github.com/rs/zerolog"

	"partyline/gateway/auth"
	"partyline/gateway/clientaddr"
	"partyline/gateway/fanout"
	"partyline/gateway/limit"
)

// SocketOptions of a SocketServer; all are needed.
type SocketOptions struct {
	// Engine carries the WebSockets. The server drains it, its owner closes it.
	Engine    *fanout.Engine
	Handlers  *handlers
	Endpoints map[string]*endpoint
	Auth      *auth.Authenticator
	Requests  *limit.Requests
	// Connections counts the WebSockets with the connections of the HTTP server.
	Connections *limit.Connections
	// ConnectRate is how many WebSockets one address may open per second, 0 for the
	// default.
	ConnectRate    float64
	TrustedProxies clientaddr.Proxies
	Metrics        *requestMetrics
	Log            zerolog.Logger
}

// socketServer serves the WebSockets of clients: their messages, requests and
// subscriptions. Its methods may be called from any goroutine.
type socketServer struct {
	engine         *fanout.Engine
	handlers       *handlers
	endpoints      map[string]*endpoint
	auth           *auth.Authenticator
	requestLimits  *limit.Requests
	connections    *limit.Connections
	connectLimit   limit.Addresses
	deviceSockets  limit.DeviceSockets[*socket]
	proxies        clientaddr.Proxies
	requestMetrics *requestMetrics
	log            zerolog.Logger
	expiry         *expiry
	draining       atomic.Bool
	// subscribeCost is what a subscription is charged, and firstSubscribeCost the first of a
	// socket.
	subscribeCost, firstSubscribeCost limit.Cost
}

// newSocketServer starts the goroutine that closes expired sockets, which Close ends.
func newSocketServer(o SocketOptions) *socketServer {
	s := &socketServer{
		engine: o.Engine, handlers: o.Handlers, endpoints: o.Endpoints, auth: o.Auth, requestLimits: o.Requests, connections: o.Connections,
		connectLimit: limit.NewAddresses(&limit.NewSockets, o.ConnectRate), proxies: o.TrustedProxies, requestMetrics: o.Metrics, log: o.Log,
	}
	s.expiry = newExpiry(s)
	return s
}

// Draining says that no new WebSockets are taken.
func (s *socketServer) Draining() bool { return s.draining.Load() }

// Drain turns new WebSockets away, then has the engine send every socket what it waits for
// and close it.
func (s *socketServer) Drain(ctx context.Context) error {
	s.draining.Store(true)
	return s.engine.Drain(ctx)
}

// Close ends the goroutine that closes expired sockets. Call it once, after Drain.
func (s *socketServer) Close() { s.expiry.close() }
