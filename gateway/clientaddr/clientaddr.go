package clientaddr

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks of reverse proxies whose X-Forwarded-* headers are believed.
type Proxies []netip.Prefix

// Client is the address of the client: the peer's, or behind trusted proxies the last one
// that they forwarded for. What stands further left anybody may have written.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer := peerAddr(r)
	if !p.Trust(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = a.Unmap()
		if !p.Trust(peer) {
			break
		}
	}
	return peer
}

// Host is the host that the client requested, as its browser has it in Origin.
func (p Proxies) Host(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && p.Trust(peerAddr(r)) {
		return forwarded
	}
	return r.Host
}

// Scheme is http or https, as the client's browser has it.
func (p Proxies) Scheme(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-Proto")
	if r.TLS != nil || (strings.EqualFold(forwarded, "https") && p.Trust(peerAddr(r))) {
		return "https"
	}
	return "http"
}

func (p Proxies) Trust(a netip.Addr) bool {
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
