package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"partyline/gateway"
)

// maxMetricsConns bounds the connections to the metrics' own address: a few collectors and a
// browser.
const maxMetricsConns = 64

// metricsServer serves metrics on an address of their own. It does not drain: how the drain
// goes is measured, too.
type metricsServer struct {
	listener net.Listener
	http     *http.Server
	served   chan error // receives the result of http.Serve; closed then
}

// listenForMetrics listens on the metrics' address when one is set, before anything else is
// opened.
func (s *server) listenForMetrics(ctx context.Context) error {
	addr := s.config.MetricsAddr
	if addr == "" {
		return nil
	}
	var l net.ListenConfig
	listener, err := l.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program listens on %s: end it or choose another address with --metrics-addr", addr)
	}
	if err == nil {
		s.metricsServer = &metricsServer{listener: listener}
	}
	return err
}

// serveMetrics creates the metrics, and serves them when they have their own address.
func (s *server) serveMetrics(context.Context) (err error) {
	if s.metrics, err = newMetrics(); err != nil || s.metricsServer == nil {
		return err
	}
	log := s.log.With().Str("component", "gateway").Logger()
	front := gateway.NewServer(gateway.ServerOptions{MaxConnections: maxMetricsConns, Log: log, Handler: gateway.NewMetricsHandler(gateway.MetricsOptions{
		Metrics: s.metrics.handler(), AllowHosts: ownHosts(s.config), Log: log})})
	s.metricsServer.serve(front)
	return nil
}

func (m *metricsServer) serve(front *gateway.Server) {
	m.http, m.served = front.HTTPServer(), make(chan error, 1)
	go func() {
		defer close(m.served)
		m.served <- m.http.Serve(front.Listener(m.listener))
	}()
}

// close stops it, whether it serves yet or not.
func (m *metricsServer) close() error {
	if m.http == nil {
		return m.listener.Close()
	}
	err := m.http.Close()
	<-m.served
	return ignoreError(net.ErrClosed, err)
}

// publicMetrics is the handler for the hub's own address: nil when metrics have another.
func (s *server) publicMetrics() http.Handler {
	if s.metricsServer != nil {
		return nil
	}
	return s.metrics.handler()
}

// metricsURL is the URL of the metrics for clients on this machine.
func (s *server) metricsURL() string {
	if s.metricsServer != nil {
		return baseURL(s.metricsServer.listener.Addr(), false) + "/metrics"
	}
	return s.base() + "/metrics"
}
