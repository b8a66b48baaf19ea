package outbound_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

// newTLSReceiver serves with the certificate of httptest, for example.com and
// 127.0.0.1, unless the configuration is changed.
func newTLSReceiver(t *testing.T, change func(*tls.Config)) *receiver {
	t.Helper()
	r := newReceiverUnstarted(nil)
	r.Config.ErrorLog = quiet()
	r.TLS = &tls.Config{}
	change(r.TLS)
	r.StartTLS()
	t.Cleanup(r.Close)
	return r
}

func unchanged(*tls.Config) {}

func trusting(r *receiver) func(*outbound.Options) {
	return func(o *outbound.Options) {
		o.RootCAs = x509.NewCertPool()
		o.RootCAs.AddCert(r.Certificate())
	}
}

func TestTLSDeliversAndKeepsTheConnection(t *testing.T) {
	t.Parallel()
	r := newTLSReceiver(t, unchanged)
	names := newNameserver(t)
	names.setScript("example.com", addrs("127.0.0.1"))
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String()) // a listener's address has one
	s := newSender(t, trusting(r), resolvedBy(names))
	for range 3 {
		wantStatus(t, deliver(t, s, dispatch("https://example.com:"+port)), 200)
	}
	if opened, _ := r.connections(); opened != 1 {
		t.Errorf("%d connections", opened)
	}
	wantStatus(t, deliver(t, s, dispatchTo(8, r.URL)), 200)
}

func TestTLSThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	good := newTLSReceiver(t, unchanged)
	_, port, _ := net.SplitHostPort(good.Listener.Addr().String()) // a listener's address has one
	names := newNameserver(t)
	names.setScript("other.test", addrs("127.0.0.1"))
	old := newTLSReceiver(t, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
	expired := newTLSReceiver(t, func(c *tls.Config) { c.Certificates = []tls.Certificate{certificate(t, -2*time.Hour, -time.Hour)} })
	early := newTLSReceiver(t, func(c *tls.Config) { c.Certificates = []tls.Certificate{certificate(t, time.Hour, 2*time.Hour)} })
	demanding := newTLSReceiver(t, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
	stalled := newRawServer(t, "127.0.0.1:0", hang)
	shy := newRawServer(t, "127.0.0.1:0", func(conn net.Conn) { _, _ = io.WriteString(conn, "220 smtp\r\n\r\n\r\n") })
	for _, c := range []struct {
		name, url string
		trust     *receiver
		failure   webhook.Failure
		text      string
	}{
		{"unknown authority", good.URL, expired, webhook.FailureTLS, "unknown authority"},
		{"other host", "https://other.test:" + port, good, webhook.FailureTLS, "another host"},
		{"old TLS", old.URL, old, webhook.FailureTLS, "TLS 1.2 or later"},
		{"expired", expired.URL, expired, webhook.FailureTLS, "expired or not yet"},
		{"not yet valid", early.URL, early, webhook.FailureTLS, "expired or not yet"},
		{"wants a client certificate", demanding.URL, demanding, webhook.FailureTLS, "with an alert"},
		{"no TLS", strings.Replace(shy.url, "http", "https", 1), good, webhook.FailureTLS, "does not speak TLS"},
		{"stalled", strings.Replace(stalled.url, "http", "https", 1), good, webhook.FailureTimeout, "TLS handshake was not done"},
	} {
		a := deliver(t, newSender(t, trusting(c.trust), resolvedBy(names), within(timeoutFor(c.failure))), dispatch(c.url))
		if a.Failure != c.failure || !strings.Contains(a.Error, c.text) || a.Status != 0 {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}

// timeoutFor is short for cases that wait for the timeout.
func timeoutFor(f webhook.Failure) time.Duration {
	if f == webhook.FailureTimeout {
		return shortTimeout
	}
	return longTimeout
}

// certificate is self-signed for 127.0.0.1, and valid between two moments from now.
func certificate(t *testing.T, from, until time.Duration) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
