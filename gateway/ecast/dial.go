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

// dialer connects to the service: to what is public, and to the host that an operator
// has named, wherever that is.
type dialer struct {
	resolver     *net.Resolver
	strict, open ssrf.Policy
	// named is the host of a base URL that an operator has set, empty for the default.
	named string
	mu    sync.Mutex
	// own are the addresses of that host: the service may call its own hosts by them.
	own map[netip.Addr]struct{}
}

// maxOwn bounds the addresses of one name.
const maxOwn = 64

func newDialer(base *url.URL, r *net.Resolver) *dialer {
	d := &dialer{resolver: r, strict: ssrf.New(nil), own: map[netip.Addr]struct{}{}}
	// What is never called (cloud metadata) stays closed.
	d.open = ssrf.New([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")})
	if base.String() != DefaultURL {
		d.named = base.Hostname()
	}
	return d
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	nd := net.Dialer{Resolver: d.resolver, Control: func(network, address string, c syscall.RawConn) error {
		return d.judge(host, network, address, c)
	}}
	return nd.DialContext(ctx, network, address)
}

// judge is asked about each address of a host before it is called.
func (d *dialer) judge(host, network, address string, c syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return ssrf.ErrBlocked
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.named != "" && host == d.named {
		if err := d.open.Control(network, address, c); err != nil {
			return err
		}
		if len(d.own) < maxOwn {
			d.own[to.Addr().Unmap()] = struct{}{}
		}
		return nil
	}
	if _, known := d.own[to.Addr().Unmap()]; known {
		return nil
	}
	return d.strict.Control(network, address, c)
}

// newHTTP is for requests and handshakes alike: one connection each, and no more than
// was asked for.
func newHTTP(o Options) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve and dial past the fence
			DialContext:            o.Dial,
			TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bare takes the URL out of an error of the HTTP client: it may hold a secret.
func bare(what string, err error) error {
	for {
		u, ok := err.(*url.Error)
		if !ok {
			return fmt.Errorf("%s: %w", what, err)
		}
		err = u.Err
	}
}
