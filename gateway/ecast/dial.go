package ecast

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"

	"partyline/gateway/ssrf"
)

// dialer connects to the service: to public addresses, and to the host that an operator has
// configured, wherever that is.
type dialer struct {
	resolver     *net.Resolver
	strict, open ssrf.Policy
	// namedHost is the host of a configured base URL, empty for the default.
	namedHost string
	mu        sync.Mutex
	// namedAddrs are the addresses of namedHost: the service may name its own hosts by them.
	namedAddrs map[netip.Addr]struct{}
}

// maxNamedAddrs bounds the addresses of one name.
const maxNamedAddrs = 64

func newDialer(base *url.URL, r *net.Resolver) *dialer {
	d := &dialer{resolver: r, strict: ssrf.New(nil), namedAddrs: map[netip.Addr]struct{}{}}
	// Cloud metadata stays blocked.
	d.open = ssrf.New([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")})
	if base.String() != DefaultURL {
		d.namedHost = base.Hostname()
	}
	return d
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	nd := net.Dialer{Resolver: d.resolver, Control: func(network, address string, c syscall.RawConn) error {
		return d.checkAddress(host, network, address, c)
	}}
	return nd.DialContext(ctx, network, address)
}

// checkAddress is called with each address of a host before connecting.
func (d *dialer) checkAddress(host, network, address string, c syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return ssrf.ErrBlocked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.namedHost != "" && host == d.namedHost {
		if err := d.open.Control(network, address, c); err != nil {
			return err
		}
		if len(d.namedAddrs) < maxNamedAddrs {
			d.namedAddrs[to.Addr().Unmap()] = struct{}{}
		}
		return nil
	}
	if _, known := d.namedAddrs[to.Addr().Unmap()]; known {
		return nil
	}
	return d.strict.Control(network, address, c)
}

// newHTTP makes the client for requests and handshakes: a connection each, and no more of a
// response than was asked for.
func newHTTP(o Options) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve and dial without the policy
			DialContext:            o.Dial,
			TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withoutURL takes the URL out of an error of the HTTP client: it may hold a secret.
func withoutURL(what string, err error) error {
	for {
		u, ok := err.(*url.Error)
		if !ok {
			return fmt.Errorf("%s: %w", what, err)
		}
		err = u.Err
	}
}
