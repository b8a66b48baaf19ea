package ecast_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/gateway/ecast"
	"partyline/gateway/ecast/fake"
	"partyline/gateway/ssrf"
)

// Over real sockets: addresses, TLS and redirects.

// looked is the first sight of a room of a server on loopback.
func looked(t *testing.T, o ecast.Options) (session.Observation, error) {
	t.Helper()
	c, err := ecast.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var first session.Observation
	err = c.Observe(ctx, "QUIP", func(s session.Observation) {
		if first.Status == "" {
			first = s
		}
		cancel()
	})
	return first, err
}

// gone wants that nothing is left open at the service.
func gone(t *testing.T, s *fake.Service) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Await(ctx, 0); err != nil {
		open, _ := s.Connections()
		t.Errorf("%d connections are left open", open)
	}
}

func TestARoomByTLSAndWithout(t *testing.T) {
	for scheme, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		t.Run(scheme, func(t *testing.T) {
			s := fake.New()
			s.Open("QUIP").Join("ann")
			server := start(s)
			defer server.Close()
			o := ecast.Options{BaseURL: server.URL + "/api/v2"}
			if c := server.Certificate(); c != nil {
				o.RootCAs = x509.NewCertPool()
				o.RootCAs.AddCert(c)
			}
			sight, err := looked(t, o)
			if sight.Status != fact.CheckWaiting || sight.PlayerCount == nil || *sight.PlayerCount != 1 {
				t.Errorf("saw %+v, %v", sight, err)
			}
			gone(t, s)
		})
	}
}

func TestUntrustedCertificateIsRefused(t *testing.T) {
	s := fake.New()
	s.Open("QUIP")
	server := httptest.NewTLSServer(s)
	server.Config.ErrorLog = nil
	defer server.Close()
	if sight, err := looked(t, ecast.Options{BaseURL: server.URL + "/api/v2"}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("saw %+v, %v", sight, err)
	}
}

// A service that everybody may ask must not lead us into the network we stand in.
func TestInternalAddressesAreNotCalled(t *testing.T) {
	s := fake.New()
	server := httptest.NewServer(s)
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for _, host := range []string{"127.0.0.2:" + port, "[::1]:" + port, "169.254.169.254:" + port, "10.0.0.1:" + port} {
		s.Open("QUIP").Host(host)
		_, err := looked(t, ecast.Options{BaseURL: server.URL + "/api/v2"})
		if !errors.Is(err, ssrf.ErrBlocked) {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, base := range []string{"http://169.254.169.254/api/v2", "http://[fd00:ec2::254]/api/v2"} {
		if _, err := looked(t, ecast.Options{BaseURL: base}); !errors.Is(err, ssrf.ErrBlocked) {
			t.Errorf("%s: %v", base, err)
		}
	}
	gone(t, s)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("led to %s", r.URL) }))
	defer elsewhere.Close()
	s := fake.New()
	s.Open("QUIP")
	sockets := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/play") == sockets {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		s.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, sockets = range []bool{false, true} {
		if _, err := looked(t, ecast.Options{BaseURL: server.URL + "/api/v2"}); err == nil || !strings.Contains(err.Error(), "307") {
			t.Errorf("sockets %v: %v", sockets, err)
		}
	}
}
