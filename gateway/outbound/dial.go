package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"syscall"

	"partyline/gateway/ssrf"
)

// dialer makes connections for attempts: to addresses that the policy allows, and with the
// attempt's context.
type dialer struct {
	policy   ssrf.Policy
	resolver *net.Resolver
	roots    *x509.CertPool
}

// dial connects without TLS.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	trace := traceOf(ctx)
	trace.enter(stageResolve)
	nd := net.Dialer{Resolver: d.resolver, Control: func(network, address string, c syscall.RawConn) error {
		trace.enter(stageConnect)
		return d.policy.Control(network, address, c)
	}}
	conn, err := nd.DialContext(trace.ctx, network, address)
	if err != nil {
		if trace.timedOut(err) {
			return nil, err
		}
		return nil, dialFailure(err)
	}
	trace.enter(stageResponse)
	return conn, nil
}

// dialTLS connects and does the TLS handshake.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errURL
	}
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	trace := traceOf(ctx)
	trace.enter(stageTLS)
	secure := tls.Client(conn, &tls.Config{
		ServerName: host,
		RootCAs:    d.roots,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
	})
	if err := secure.HandshakeContext(trace.ctx); err != nil {
		_ = conn.Close()
		if trace.timedOut(err) {
			return nil, err
		}
		return nil, tlsFailure(err)
	}
	trace.enter(stageResponse)
	return secure, nil
}
