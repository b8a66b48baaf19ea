package ecast

import (
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultURL is the service of the games that are sold.
const DefaultURL = "https://ecast.jackboxgames.com/api/v2"

const (
	// timeout bounds each request, and each connection until its welcome.
	timeout = 10 * time.Second
	// maxResponse bounds what is read at once, in bytes: the welcome of a large room with all
	// its entities has some 100 KiB.
	maxResponse = 1 << 20
	// maxHeader bounds the headers of a response, in bytes.
	maxHeader = 64 << 10
	// userAgent is what browsers send; the service refuses others.
	userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)

// Options of a Client; the zero value is usable.
type Options struct {
	// BaseURL is where the service is, DefaultURL when empty.
	BaseURL string
	// Resolver resolves host names, nil for the machine's own.
	Resolver *net.Resolver
	// RootCAs are the authorities trusted for TLS, nil for the machine's own.
	RootCAs *x509.CertPool
	// Dial connects, nil for the machine's network without the addresses that are refused.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Jitter randomizes the delays between connections, in [0,1). Default: random.
	Jitter func() float64
}

// Client observes rooms. Its methods may be called from any goroutine.
type Client struct {
	base   *url.URL
	http   *http.Client
	jitter func() float64
}

var errBaseURL = errors.New("ecast: the base URL is not an http or https URL with a host")

// New makes a Client. It keeps no connections between calls, so there is nothing to close.
func New(o Options) (*Client, error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultURL
	}
	base, err := url.Parse(strings.TrimRight(o.BaseURL, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errBaseURL
	}
	if o.Dial == nil {
		o.Dial = newDialer(base, o.Resolver).dial
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	return &Client{base: base, http: newHTTP(o), jitter: o.Jitter}, nil
}

// validCode is true for what can be a room code; it becomes a part of URLs.
func validCode(code string) bool {
	for _, c := range code {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(code) == 4
}
