package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"syscall"

	"partyline/gateway/ssrf"
)

// dialer makes connections for attempts: fenced, and ended with the attempt.
type dialer struct {
	fence    ssrf.Policy
	resolver *net.Resolver
	roots    *x509.CertPool
}

// dial connects without TLS.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	j := journeyOf(ctx)
	j.reach(resolving)
	nd := net.Dialer{Resolver: d.resolver, Control: func(network, address string, c syscall.RawConn) error {
		j.reach(connecting)
		return d.fence.Control(network, address, c)
	}}
	conn, err := nd.DialContext(j.ctx, network, address)
	if err != nil {
		if j.late(err) {
			return nil, err
		}
		return nil, dialRefusal(err)
	}
	j.reach(waiting)
	return conn, nil
}

// dialTLS connects and does the handshake.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errURL
	}
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	j := journeyOf(ctx)
	j.reach(securing)
	secure := tls.Client(conn, &tls.Config{
		ServerName: host,
		RootCAs:    d.roots,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
	})
	if err := secure.HandshakeContext(j.ctx); err != nil {
		_ = conn.Close()
		if j.late(err) {
			return nil, err
		}
		return nil, tlsRefusal(err)
	}
	j.reach(waiting)
	return secure, nil
}
