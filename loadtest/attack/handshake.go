package attack

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"partyline/loadtest/target"
	"path/filepath"
	"time"
)

// handshakers begin TLS connections at the same time.
const handshakers = 64

// shakeHands connects, completes the handshake and leaves, again and again, from this
// machine's own address.
func shakeHands(ctx context.Context, t *attackers) error {
	inParallel(ctx, handshakers, func(ctx context.Context, _ int) {
		d := tls.Dialer{Config: stranger}
		for ctx.Err() == nil {
			c, err := d.DialContext(ctx, "tcp", t.Addr)
			switch {
			case err == nil:
				_ = c.Close()
				t.tell("handshake", 1)
			case ctx.Err() == nil:
				t.tell("turned away", 1)
			}
		}
	})
	return nil
}

// serveTLS starts the server anew, on an address that is not loopback and with a
// certificate of RSA, which is the dearest of the usual ones.
func (t *victim) serveTLS(ctx context.Context) error {
	if err := t.server.Stop(target.StopWithin); err != nil {
		return err
	}
	own, err := ownAddress()
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(t.Addr)
	if err != nil {
		return err
	}
	cert, key, err := writeCertificate(t.server.Folder, own)
	if err != nil {
		return err
	}
	t.Addr, t.TLS = net.JoinHostPort(own.String(), port), true
	t.server.Addr, t.server.Flags = t.Addr, append(t.server.Flags, "--tls-cert", cert, "--tls-key", key)
	if err := t.server.Start(); err != nil {
		return err
	}
	return t.awaitTLS(ctx)
}

func (t *victim) awaitTLS(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, target.ReadyWithin)
	defer cancel()
	v := t.visitor("", "", 1)
	defer v.close()
	for v.get(ctx, http.MethodGet, "/ready", "") != "200" {
		if !pause(ctx, 20*time.Millisecond) {
			return errors.New("the server is not ready")
		}
	}
	return nil
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
