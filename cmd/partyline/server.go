package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/gateway"
	"partyline/gateway/ecast"
	"partyline/gateway/fanout"
	"partyline/gateway/outbound"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// journalFolder is the journal's folder within the data folder.
const journalFolder = "journal"

// server is a hub with all its parts, opened and listening.
type server struct {
	config        *Config
	fileLimits    fileLimits
	log           zerolog.Logger
	metrics       *metrics
	metricsServer *metricsServer // nil while the hub's own address serves metrics
	listener      net.Listener
	journal       *badger.Journal
	keys          keys
	sender        *outbound.Sender
	hub           *actors.Hub
	engine        *fanout.Engine
	gatewayServer *gateway.Server
	http          *http.Server
	served        chan error // receives the result of http.Serve; closed then
	// gateway is read by callbacks of the hub, which may come before there is one.
	gateway atomic.Pointer[gateway.Gateway]
}

// open opens all parts of a server. On an error nothing stays open.
func open(ctx context.Context, c *Config, log zerolog.Logger) (*server, error) {
	s := &server{config: c, log: log}
	for _, step := range steps(s) {
		if err := step(ctx); err != nil {
			return nil, errors.Join(explainError(err, c), s.closeWithTimeout(context.WithoutCancel(ctx)))
		}
	}
	return s, nil
}

// steps are the parts of open, in this order.
func steps(s *server) []func(context.Context) error {
	return []func(context.Context) error{s.listen, s.startHTTP, s.serveMetrics, s.openJournal, s.openHub, s.openGateway}
}

// listen comes first: an address in use must not make a data folder.
func (s *server) listen(ctx context.Context) (err error) {
	config, err := s.tls()
	if err != nil {
		return err
	}
	if err := s.listenForMetrics(ctx); err != nil {
		return err
	}
	var l net.ListenConfig
	if s.listener, err = l.Listen(ctx, "tcp", s.config.Addr); err != nil {
		return err
	}
	if config != nil {
		s.listener = tls.NewListener(s.listener, config)
	}
	return nil
}

// tls is nil without a certificate. WebSockets are upgraded from HTTP/1.1, so nothing newer is
// offered.
func (s *server) tls() (*tls.Config, error) {
	if s.config.TLSCert == "" {
		return nil, nil
	}
	c, err := newCertificate(s.config.TLSCert, s.config.TLSKey, s.log)
	if err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: c.get, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}, nil
}

// startHTTP starts to serve. Until there is a gateway, clients are told that the server is
// starting: a large data folder takes a while to open.
func (s *server) startHTTP(context.Context) error {
	tables := tablesIn(filepath.Join(s.config.Data, journalFolder))
	s.fileLimits = divideFiles(maxOpenFiles(), tables, cmp.Or(s.config.MaxActiveSessions, unlimitedSessions))
	s.log.Info().Int("connections", s.fileLimits.clients).Int("deliveries", s.fileLimits.deliveries).Uint64("files", maxOpenFiles()).Int("tables", tables).Msg("connection limits")
	s.gatewayServer = gateway.NewServer(gateway.ServerOptions{
		MaxConnections: s.fileLimits.clients,
		MaxPerAddress:  s.config.MaxConnectionsPerAddress,
		HandshakeRate:  s.config.handshakeRate(),
		TrustedProxies: s.config.TrustedProxy,
		Log:            s.log.With().Str("component", "gateway").Logger(),
	})
	s.http, s.served = s.gatewayServer.HTTPServer(), make(chan error, 1)
	s.startServing(s.gatewayServer.Listener(s.listener))
	return nil
}

// openJournal makes the data folder when it is missing, locks it by opening the journal, and
// only then loads the keys.
func (s *server) openJournal(context.Context) (err error) {
	observer, err := newJournalMetrics(s.metrics.meter())
	if err != nil {
		return err
	}
	if err = os.MkdirAll(s.config.Data, folderMode); err != nil {
		return err
	}
	o := journalOptions(s.config.Data)
	o.ReserveBytes, o.Observer, o.OnTrimmed = uint64(s.config.ReserveBytes), observer, observer.addTrimmed
	o.Log = s.log.With().Str("component", "journal").Logger()
	if s.journal, err = badger.Open(o); err != nil {
		return err
	}
	if err = observeWaiting(s.metrics.meter(), s.journal); err != nil {
		return err
	}
	s.keys, err = loadKeys(s.config)
	return err
}

func (s *server) openHub(ctx context.Context) (err error) {
	s.sender = outbound.New(outbound.Options{
		AllowCIDRs:     s.config.WebhookAllowCIDR,
		MaxConnections: s.fileLimits.deliveries,
		Log:            s.log.With().Str("component", "outbound").Logger(),
	})
	rooms, err := ecast.New(ecast.Options{BaseURL: s.config.EcastURL})
	if err != nil {
		return err
	}
	if s.config.KeepExports != "" {
		if err = os.MkdirAll(s.config.KeepExports, folderMode); err != nil {
			return err
		}
	}
	s.hub, err = actors.New(ctx, actors.Options{
		Journal:           s.journal,
		Log:               s.log.With().Str("component", "hub").Logger(),
		Meter:             s.metrics.meter(),
		MaxActiveSessions: s.config.MaxActiveSessions,
		MaxInFlight:       s.config.MaxInFlight,
		KeepVotes:         time.Duration(s.config.KeepVotes),
		KeepExports:       s.config.KeepExports,
		OnRevoked:         s.closeRevoked,
		OnJoinChanged:     s.closeGuests,
		Sender:            s.sender,
		Observer:          rooms,
	})
	return err
}

// closeRevoked closes the sockets of a revoked token.
func (s *server) closeRevoked(id protocol.TokenID) {
	if g := s.gateway.Load(); g != nil {
		g.Revoked(id)
	}
}

// closeGuests closes the sockets of guests whose join code is no longer valid.
func (s *server) closeGuests(id protocol.SessionID, now protocol.JoinGeneration) {
	if g := s.gateway.Load(); g != nil {
		g.JoinChanged(id, now)
	}
}

func (s *server) openGateway(ctx context.Context) error {
	s.engine = fanout.New(fanout.Options{Hub: s.hub, Log: s.log.With().Str("component", "fanout").Logger()})
	if err := observeSockets(s.metrics.meter(), s.engine); err != nil {
		return err
	}
	g, err := gateway.New(gateway.Options{
		Hub:            s.hub,
		Engine:         s.engine,
		Server:         s.gatewayServer,
		AdminKey:       s.keys.admin.value,
		JWTSecret:      []byte(s.keys.jwt.value),
		AllowOrigins:   s.config.AllowOrigin,
		AllowHosts:     ownHosts(s.config),
		TrustedProxies: s.config.TrustedProxy,
		PublicURL:      s.config.PublicURL,
		LANHost:        lanHost(ctx, s.listener.Addr()),
		TokenRate:      s.config.TokenRate,
		ViewerRate:     s.config.ViewerRate,
		AddressRate:    s.config.AddressRate,
		ConnectRate:    s.config.ConnectRate,
		JoinRate:       s.config.JoinRate,
		GuestRate:      s.config.GuestRate,
		Log:            s.log.With().Str("component", "gateway").Logger(),
		Meter:          s.metrics.meter(),
		Metrics:        s.publicMetrics(),
		Ready:          s.hub.Health,
		CheckURL:       s.sender.Check,
		Extra:          map[string]http.Handler{backupPath: &backupHandler{journal: s.journal, log: s.log}},
	})
	if err != nil {
		return err
	}
	s.gateway.Store(g)
	return nil
}

// base is the server's URL for clients on this machine.
func (s *server) base() string {
	return baseURL(s.listener.Addr(), s.config.TLSCert != "")
}
