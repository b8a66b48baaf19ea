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
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"partyline/loadtest/target"
	"partyline/protocol/client"
)

// handshakers begin TLS connections at the same time.
const handshakers = 64

// anyCertificate takes any: it is the server's cost that is measured.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

// tlsHandshakes connects, completes the handshake and leaves, again and again, from this
// machine's own address.
func tlsHandshakes(ctx context.Context, t *attackers) error {
	inParallel(ctx, handshakers, func(ctx context.Context, _ int) {
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

// startTLS starts the server on an address that is not loopback, with a certificate of RSA,
// which is the most expensive of the usual ones. The honest reach it through a tunnel.
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
	h.closed = func() { _ = l.Close() }
	go tunnel(l, h.TLSAddr) // ends when the hub is closed
	h.Addr = l.Addr().String()
	ctx, cancel := context.WithTimeout(ctx, target.ReadyWithin)
	defer cancel()
	_, err = client.WaitReady(ctx, "http://"+h.Addr)
	return err
}

// tunnel passes connections on by TLS, from loopback, as the proxy that is trusted would. The
// connections end with those who made them.
func tunnel(l net.Listener, addr string) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	for {
		here, err := l.Accept()
		if err != nil {
			return
		}
		go func() { // ends with the connection
			defer func() { _ = here.Close() }()
			there, err := tls.DialWithDialer(&dialer, "tcp", addr, anyCertificate)
			if err != nil {
				return
			}
			go func() { // ends with the connection
				_, _ = io.Copy(here, there)
				_ = here.Close()
			}()
			_, _ = io.Copy(there, here)
			_ = there.Close()
		}()
	}
}

// ownAddress is one of this machine's, on a network.
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
