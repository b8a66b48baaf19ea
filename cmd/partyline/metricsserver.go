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

// maxScrapers are the connections that the metrics' own address takes at once: a few
// collectors and somebody's browser.
const maxScrapers = 64

// metricsServer serves metrics on an address of their own. It does not drain: how the end
// went is measured, too.
type metricsServer struct {
	listener net.Listener
	http     *http.Server
	served   chan error // what the HTTP server ended with; closed then
}

// listenForMetrics takes the address when one is set, before anything else is touched.
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
		s.scraped = &metricsServer{listener: listener}
	}
	return err
}

// serveMetrics begins as soon as there is anything to measure.
func (s *server) serveMetrics(context.Context) (err error) {
	if s.metrics, err = newMetrics(); err != nil || s.scraped == nil {
		return err
	}
	log := s.log.With().Str("room", "gateway").Logger()
	door := gateway.NewServer(gateway.ServerOptions{MaxConnections: maxScrapers, Log: log, Handler: gateway.NewMetricsHandler(gateway.MetricsOptions{
		Metrics: s.metrics.handler(), AllowHosts: ownHosts(s.config), Log: log})})
	s.scraped.serve(door)
	return nil
}

func (m *metricsServer) serve(door *gateway.Server) {
	m.http, m.served = door.HTTPServer(), make(chan error, 1)
	go func() {
		defer close(m.served)
		m.served <- m.http.Serve(door.Listener(m.listener))
	}()
}

// close ends it, whether it serves yet or not.
func (m *metricsServer) close() error {
	if m.http == nil {
		return m.listener.Close()
	}
	err := m.http.Close()
	<-m.served
	return ignoring(net.ErrClosed, err)
}

// publicMetrics is what the hub's own address serves: nothing when metrics have another.
func (s *server) publicMetrics() http.Handler {
	if s.scraped != nil {
		return nil
	}
	return s.metrics.handler()
}

// metricsURL is where a client on this machine finds metrics.
func (s *server) metricsURL() string {
	if s.scraped != nil {
		return baseURL(s.scraped.listener.Addr(), false) + "/metrics"
	}
	return s.base() + "/metrics"
}
