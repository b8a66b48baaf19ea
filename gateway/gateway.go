package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/metric"

	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/fanout"
	"partyline/gateway/limit"
	"partyline/gateway/rest"
	"partyline/gateway/ws"
	"partyline/protocol"
)

// Hub is all that the gateway asks of the hub; *actors.Hub satisfies it.
type Hub = api.Hub

// Options of a Gateway. Hub, Engine, AdminKey and JWTSecret are needed.
type Options struct {
	Hub Hub
	// Engine carries the WebSockets. The gateway drains it, its owner closes it.
	Engine *fanout.Engine
	// AdminKey is what auth.login asks for.
	AdminKey string
	// JWTSecret signs all tokens; whoever has it is an admin.
	JWTSecret []byte
	// AllowOrigins are the browser pages of other hosts that may talk to this server,
	// such as "https://overlay.example"; "*" is all.
	AllowOrigins []string
	// AllowHosts are the names by which this server answers over plain HTTP, beside
	// addresses, names of home networks and the PublicURL's, such as "hub.example"; "*" is
	// all.
	AllowHosts []string
	// TrustedProxies may say for whom they ask.
	TrustedProxies []netip.Prefix
	// PublicURL is where people find this server, for links that leave it; empty is where
	// the request came.
	PublicURL string
	// LANHost is host:port that goes into such links in place of localhost; empty is
	// nothing.
	LANHost string
	// Server accepts the connections; nil makes one with the defaults.
	Server *Server
	// TokenRate is how many requests per second may be made with a bot's or admin's token
	// in the long run, by REST and WebSocket together, 0 for DefaultTokenRate. All admin
	// tokens are one. Large answers count as several. Loopback is not counted, nor are
	// health checks.
	TokenRate float64
	// ViewerRate is the same for a viewer's token at one address, 0 for DefaultViewerRate.
	ViewerRate float64
	// AddressRate is how many requests per second all behind one address may make who have
	// no token, or a guest's, or one that is refused, in the long run, 0 for
	// DefaultAddressRate; as many again for pages and their parts. Large answers count as
	// several. Guests' votes by WebSocket are not counted, nor loopback, nor health checks.
	AddressRate float64
	// ConnectRate is how many WebSockets one address may open per second in the long
	// run, 0 for DefaultConnectRate. Loopback is not counted.
	ConnectRate float64
	// JoinRate is how many phones that were not here before one address may bring per
	// second in the long run, 0 for DefaultJoinRate. Loopback is not counted.
	JoinRate float64
	// GuestRate is how many votes per second all phones behind one address may cast in
	// the long run, 0 for DefaultGuestRate. Loopback is not counted.
	GuestRate float64
	// Now is the clock by which tokens expire, nil for time.Now.
	Now func() time.Time
	Log zerolog.Logger
	// Meter takes the gateway's measurements; nil measures nothing.
	Meter metric.Meter
	// Metrics serves /metrics; nil answers 404.
	Metrics http.Handler
	// Ready is nil while commands can be taken, else the reason they cannot; nil is always ready.
	Ready func() error
	// CheckURL says what is wrong with a webhook's URL, as an early error for
	// the client; nil finds nothing. It may look the host up, and must return within some
	// seconds. It does not protect: the check at delivery does.
	CheckURL func(ctx context.Context, url string) error
	// Extra are paths of the program that only admins may GET. They are no operations:
	// their answers are streams.
	Extra map[string]http.Handler
}

// Gateway serves REST and WebSocket. Its methods may be called from any goroutine.
type Gateway struct {
	rest *rest.Server
	ws   *ws.Server
	// server bounds the connections.
	server *Server
}

// New builds the routes, starts the goroutine that closes expired sockets, which Close
// ends, and has the Server answer with the Gateway from now on. It fails when an option is
// missing or the operation table and the handlers do not fit.
func New(o Options) (*Gateway, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	metrics, err := api.NewMetrics(o.Meter)
	if err != nil {
		return nil, err
	}
	g := &Gateway{server: o.Server}
	if g.server == nil {
		g.server = NewServer(ServerOptions{TrustedProxies: o.TrustedProxies, Log: o.Log})
	}
	rates := limit.Rates{Token: o.TokenRate, Viewer: o.ViewerRate, Address: o.AddressRate, Join: o.JoinRate, Guest: o.GuestRate}
	requests := limit.NewRequests(rates)
	tokens := auth.New(auth.Options{Secret: o.JWTSecret, Timeline: o.Hub.Timeline(), Revocations: o.Hub, Now: o.Now})
	handlers := api.New(api.Options{Hub: o.Hub, Auth: tokens, AdminKey: o.AdminKey, Guests: limit.NewGuests(rates), Requests: requests, CheckURL: o.CheckURL})
	endpoints, err := handlers.Endpoints()
	if err != nil {
		return nil, err
	}
	g.rest, err = rest.New(rest.Options{
		Endpoints: endpoints, Auth: tokens, Requests: requests, AllowOrigins: o.AllowOrigins, AllowHosts: o.AllowHosts, TrustedProxies: o.TrustedProxies,
		PublicURL: o.PublicURL, LANHost: o.LANHost, RequestMetrics: metrics, Metrics: o.Metrics, Ready: o.Ready,
		Draining: func() bool { return g.ws.Draining() }, Upgrade: func(w http.ResponseWriter, r *http.Request) *protocol.Error { return g.ws.Upgrade(w, r) },
		Extra: o.Extra, Connections: g.server.connections, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	g.ws = ws.New(ws.Options{
		Engine: o.Engine, Handlers: handlers, Endpoints: endpoints, Auth: tokens, Requests: requests, Connections: g.server.connections,
		ConnectRate: o.ConnectRate, TrustedProxies: o.TrustedProxies, Metrics: metrics, Log: o.Log,
	})
	g.server.gateway.Store(g)
	return g, nil
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.rest.ServeHTTP(w, r) }

// Routes lists all that is served, as "GET /health", in order. What answers GET answers
// HEAD too.
func (g *Gateway) Routes() []string { return g.rest.Routes() }

// Revoked closes the sockets of a token, now. It does not block.
func (g *Gateway) Revoked(id protocol.TokenID) { g.ws.Revoked(id) }

// Invited closes the sockets of a session's guests of other generations before it returns,
// so that the new code is sent to none of them. It does not wait for their closing
// handshakes.
func (g *Gateway) JoinChanged(id protocol.SessionID, now protocol.JoinGeneration) {
	g.ws.JoinChanged(id, now)
}

func (o Options) check() error {
	return errors.Join(
		missing(o.Hub == nil, "Hub"), missing(o.Engine == nil, "Engine"),
		missing(o.AdminKey == "", "AdminKey"), missing(len(o.JWTSecret) == 0, "JWTSecret"))
}

func missing(is bool, what string) error {
	if is {
		return errors.New("gateway: " + what + " is missing")
	}
	return nil
}

// Handler serves everything.
func (g *Gateway) Handler() http.Handler { return g }
