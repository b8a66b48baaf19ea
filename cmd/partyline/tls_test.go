package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/rs/zerolog"
)

// trustedCertificate writes a certificate for loopback and its key, and returns a pool that
// trusts it.
func trustedCertificate(t *testing.T, dir string) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	cert, key, der := certificateFiles(t, dir)
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AddCert(parsed)
	return cert, key, trust
}

// certificateFiles writes a certificate for loopback and its key, and returns the bytes of
// the certificate.
func certificateFiles(t *testing.T, dir string) (cert, key string, der []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private); err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), secretMode); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key, der
}

func TestTLSServesRequestsAndScreens(t *testing.T) {
	dir := t.TempDir()
	cert, key, trust := trustedCertificate(t, dir)
	c := demoConfig(filepath.Join(dir, "night"))
	c.TLSCert, c.TLSKey, c.AdminKey = cert, key, testKey
	s, err := open(t.Context(), c, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	h := serving(t, s)
	if !strings.HasPrefix(h.base(), "https://127.0.0.1:") {
		t.Errorf("base is %s", h.base())
	}
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}}}
	defer browser.CloseIdleConnections()
	res, err := browser.Get(h.base() + "/health")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("health is %s", res.Status)
	}
	if got := res.Header.Get("Strict-Transport-Security"); got != "max-age=2592000" {
		t.Errorf("Strict-Transport-Security is %q", got)
	}
	screen, _, err := websocket.Dial(t.Context(), h.base()+"/api/sessions/live", &websocket.DialOptions{HTTPClient: browser})
	if err != nil {
		t.Fatal(err)
	}
	defer screen.CloseNow()
	if err := screen.Write(t.Context(), websocket.MessageText, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if _, text, err := screen.Read(t.Context()); err != nil || string(text) != `{"type":"pong"}` {
		t.Errorf("the answer to ping is %s, %v", text, err)
	}
}

func TestUnreadableCertificateIsNamed(t *testing.T) {
	dir := t.TempDir()
	c := demoConfig(filepath.Join(dir, "night"))
	c.TLSCert, c.TLSKey = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	_, err := open(t.Context(), c, zerolog.Nop())
	if err == nil || !strings.Contains(err.Error(), "cert.pem") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(c.Data); err == nil {
		t.Error("a data folder was made")
	}
}
