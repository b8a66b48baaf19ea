package gateway

import (
	"net/netip"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"partyline/gateway/clientaddr"
)

// handshakeSeconds of the rate may come at once. With the usual rate of 80 these are the
// eight connections that each of sixty phones opens for the page and its socket, which is
// as many phones as the join rate lets in at once.
const handshakeSeconds = 6

// handshakes bounds how often one address may begin a TLS handshake: each costs the server
// a signature, and the client next to nothing.
type handshakeLimit struct {
	exempt     clientaddr.Proxies
	perAddress addressBuckets
	log        zerolog.Logger
	logOnce    *rate.Sometimes
}

// newHandshakes is nil where nothing is to be bounded.
func newHandshakeLimit(o ServerOptions) *handshakeLimit {
	if o.HandshakeRate <= 0 {
		return nil
	}
	return &handshakeLimit{exempt: o.TrustedProxies, perAddress: newAddressBuckets(o.HandshakeRate, o.HandshakeRate, handshakeSeconds),
		log: o.Log, logOnce: &rate.Sometimes{First: 1, Interval: time.Minute}}
}

// turnsAway counts a connection and says whether it is one too many. The log is told of
// it once a minute at most.
func (h *handshakeLimit) refuses(from netip.Addr, now time.Time) bool {
	if h == nil || h.exempt.Trust(from) || h.perAddress.take(from, now) == 0 {
		return false
	}
	h.logOnce.Do(func() {
		h.log.Warn().Float64("per_second", h.perAddress.network.rate).
			Msg("one address begins more TLS handshakes than one may; if that is a proxy, name it as trusted, if a hall, see --connect-rate")
	})
	return true
}
