package rest

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"partyline/gateway/clientaddr"
	"partyline/protocol"
)

// anyHost is the name that lets all be answered.
const anyHost = "*"

// homeSuffixes end names that nobody can register: they are reserved for networks at home
// and within a machine (RFC 6762, RFC 6761, RFC 8375, ICANN's .internal and .home), or
// what routers call such a network and the root does not know (.lan, .localdomain).
var homeSuffixes = []string{".local", ".localhost", ".home.arpa", ".internal", ".home", ".lan", ".localdomain"}

// hosts knows the names by which this server answers. A browser that is misled by DNS
// rebinding, where a name of the attacker's suddenly resolves to this server, takes the
// server for the attacker's own and lets the page read everything; but it still sends
// that name in Host. What is told apart here is who could own a name: addresses, names of
// one label and those of home networks belong to no stranger. Others have to be named by
// the operator.
type hosts struct {
	named   map[string]bool
	proxies clientaddr.Proxies
	log     zerolog.Logger
	logOnce *rate.Sometimes
}

func newHosts(allowed []string, publicURL string, p clientaddr.Proxies, log zerolog.Logger) hosts {
	h := hosts{named: make(map[string]bool), proxies: p, log: log, logOnce: &rate.Sometimes{First: 1, Interval: time.Minute}}
	for _, name := range allowed {
		h.named[plainHost(name)] = true
	}
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		h.named[plainHost(u.Host)] = true
	}
	return h
}

// check refuses a name that may be a stranger's. By TLS there is nothing to refuse: no
// certificate for the stranger's name is served here, so the browser does not send the
// request. The log is told once a minute at most.
func (h hosts) check(r *http.Request) *protocol.Error {
	name := plainHost(h.proxies.Host(r))
	if h.proxies.Scheme(r) == "https" || h.knows(name) {
		return nil
	}
	name = name[:min(len(name), maxHost)]
	h.logOnce.Do(func() {
		h.log.Warn().Str("host", name).Msg("asked by a name that this hub does not answer to: --allow-host or --public-url names it")
	})
	return protocol.Errorf(protocol.CodeForeignHost, "This server does not serve the host %s; its operator can add it with --allow-host or --public-url", name)
}

func (h hosts) knows(name string) bool {
	if !strings.Contains(name, ".") || h.named[name] || h.named[anyHost] {
		return true // also none at all, which no browser sends
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return slices.ContainsFunc(homeSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// plainHost is a host without port, brackets and the dot of the root, in lower case.
func plainHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}
