package rest

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/rs/zerolog"

	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/clientaddr"
	"partyline/gateway/keepalive"
	"partyline/gateway/limit"
	"partyline/gateway/screen"
	"partyline/protocol"
)

// Options of a Server. Endpoints, Auth, Requests, RequestMetrics, Draining and Upgrade
// are needed.
type Options struct {
	Endpoints map[string]*api.Endpoint
	Auth      *auth.Authenticator
	Requests  *limit.Requests
	// AllowOrigins are the browser pages of other hosts that may call, "*" is all.
	AllowOrigins []string
	// AllowHosts are the names by which this server answers over plain HTTP, "*" is all.
	AllowHosts     []string
	TrustedProxies []netip.Prefix
	// PublicURL is where people find this server; empty is where the request came.
	PublicURL string
	// LANHost is host:port that goes into links in place of localhost; empty is nothing.
	LANHost        string
	RequestMetrics *api.Metrics
	// Metrics serves /metrics; nil answers 404.
	Metrics http.Handler
	// Ready is nil while commands can be taken, else the reason they cannot; nil is always
	// ready.
	Ready func() error
	// Draining says that the server is about to stop.
	Draining func() bool
	// Upgrade makes a WebSocket of a request, or says why not.
	Upgrade func(w http.ResponseWriter, r *http.Request) *protocol.Error
	// Extra are paths that only admins may GET.
	Extra map[string]http.Handler
	// Connections counts the connections that are taken over from the HTTP server.
	Connections *limit.Connections
	Log         zerolog.Logger
}

// Server serves everything by HTTP: the operations, the pages, and the upgrade to a
// WebSocket. Its methods may be called from any goroutine.
type Server struct {
	endpoints      map[string]*api.Endpoint
	auth           *auth.Authenticator
	requestLimits  *limit.Requests
	proxies        clientaddr.Proxies
	hosts          hosts
	origins        origins
	pages          *pages
	mux            *http.ServeMux
	requestMetrics *api.Metrics
	metrics        http.Handler
	ready          func() error
	draining       func() bool
	upgrade        func(w http.ResponseWriter, r *http.Request) *protocol.Error
	extra          map[string]http.Handler
	keeper         *keepalive.Keeper
	voteTimeout    sharedTimeout
	log            zerolog.Logger
}

// New builds the routes.
func New(o Options) (*Server, error) {
	site, err := screen.Open()
	if err != nil {
		return nil, err
	}
	s := &Server{
		endpoints: o.Endpoints, auth: o.Auth, requestLimits: o.Requests, proxies: o.TrustedProxies,
		hosts: newHosts(o.AllowHosts, o.PublicURL, o.TrustedProxies, o.Log), origins: newOrigins(o.AllowOrigins, o.TrustedProxies),
		pages: &pages{site: site, links: newLinks(o)}, requestMetrics: o.RequestMetrics, metrics: o.Metrics, ready: o.Ready,
		draining: o.Draining, upgrade: o.Upgrade, extra: o.Extra, keeper: keepalive.NewKeeper(o.Connections), log: o.Log,
	}
	if s.metrics == nil {
		s.metrics = http.HandlerFunc(s.noMetrics)
	}
	if s.ready == nil {
		s.ready = func() error { return nil }
	}
	s.mux = s.routes(s.endpoints)
	return s, nil
}

// Drain ends the connections that were taken over from the HTTP server, each when its request
// is answered.
func (s *Server) Drain(ctx context.Context) error { return s.keeper.Drain(ctx) }

// Close cuts those connections.
func (s *Server) Close() { s.keeper.Close() }

func (s *Server) noMetrics(w http.ResponseWriter, _ *http.Request) {
	w.(*responseRecorder).refuse(protocol.Errorf(protocol.CodeNotFound, "Not found"))
}

// serveUpgrade makes a WebSocket of a request. What is no handshake costs what a page does;
// handshakes have a rate of their own.
func (s *Server) serveUpgrade(w http.ResponseWriter, r *http.Request) {
	switch err := s.upgrade(w, r); {
	case err == nil:
	case err.Code == protocol.CodeTooMany:
		w.(*responseRecorder).refuse(err)
	default:
		s.refuseCharged(w.(*responseRecorder), r, err)
	}
}
