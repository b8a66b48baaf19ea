package gateway

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks of reverse proxies whose X-Forwarded-* headers are believed.
type proxies []netip.Prefix

// client is the address of who asks: the peer's, or behind trusted proxies the last
// one that they forwarded for. What stands further left anybody may have written.
func (p proxies) client(r *http.Request) netip.Addr {
	peer := peerAddr(r)
	if !p.trust(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = a.Unmap()
		if !p.trust(peer) {
			break
		}
	}
	return peer
}

// host is the host the client asked for, as its browser has it in Origin.
func (p proxies) host(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && p.trust(peerAddr(r)) {
		return forwarded
	}
	return r.Host
}

// scheme is http or https, as the client's browser has it.
func (p proxies) scheme(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-Proto")
	if r.TLS != nil || (strings.EqualFold(forwarded, "https") && p.trust(peerAddr(r))) {
		return "https"
	}
	return "http"
}

func (p proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// peerAddr is the zero Addr when the server gave none; all such count as one.
func peerAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
