package attack

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol/client"
)

// handshakers begin TLS connections at the same time.
const handshakers = 64

// anyCertificate accepts any certificate: the cost of the server is measured.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

// tlsHandshakes connects, completes the handshake and closes, again and again, from this machine's
// own address.
func tlsHandshakes(ctx context.Context, t *attackers) error {
	report.InParallel(ctx, handshakers, func(ctx context.Context, _ int) {
		d := tls.Dialer{Config: anyCertificate}
		for ctx.Err() == nil {
			c, err := d.DialContext(ctx, "tcp", t.TLSAddr)
			switch {
			case err == nil:
				_ = c.Close()
				t.count("handshake", 1)
			case ctx.Err() == nil:
				t.count("refused", 1)
			}
		}
	})
	return nil
}

// startTLS starts the server on an address that is not loopback, with an RSA certificate, which
// costs the most of the usual ones. Regular users reach it through a proxy.
func (h *hub) startTLS(ctx context.Context) error {
	own, err := ownAddress()
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(h.server.Addr)
	if err != nil {
		return err
	}
	cert, key, err := writeCertificate(h.server.Folder, own)
	if err != nil {
		return err
	}
	h.TLSAddr = net.JoinHostPort(own.String(), port)
	h.server.Addr, h.server.Flags = h.TLSAddr, append(h.server.Flags, "--tls-cert", cert, "--tls-key", key)
	if err := h.server.Start(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// From loopback, as the proxy that is trusted.
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: h.TLSAddr})
	proxy.Transport = &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: anyCertificate, MaxIdleConnsPerHost: 512}
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	server := &http.Server{Handler: proxy}
	h.closed = func() { _ = server.Close() }
	go func() { _ = server.Serve(l) }() // ends when the hub is closed
	h.Addr = l.Addr().String()
	ctx, cancel := context.WithTimeout(ctx, target.ReadyWithin)
	defer cancel()
	_, err = client.WaitReady(ctx, "http://"+h.Addr)
	return err
}

// ownAddress is an address of this machine that is not loopback.
func ownAddress() (net.IP, error) {
	all, err := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP, err
		}
	}
	return nil, errors.Join(err, errors.New("this machine has no address beside loopback"))
}

func writeCertificate(folder string, ip net.IP) (cert, key string, err error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{ip}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	return cert, key, errors.Join(
		os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}
