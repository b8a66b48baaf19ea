package gateway

import (
	"net/netip"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"
)

// handshakeSeconds of the rate may come at once. With the usual rate of 80 these are the
// eight connections that each of sixty phones opens for the page and its socket, which is
// as many phones as the join rate lets in at once.
const handshakeSeconds = 6

// handshakes bounds how often one address may begin a TLS handshake: each costs the server
// a signature, and the client next to nothing.
type handshakes struct {
	exempt proxies
	begun  addressLimiter
	log    zerolog.Logger
	told   *rate.Sometimes
}

// newHandshakes is nil where nothing is to be bounded.
func newHandshakes(o DoorOptions) *handshakes {
	if o.HandshakeRate <= 0 {
		return nil
	}
	return &handshakes{exempt: o.TrustedProxies, begun: newAddressLimiter(o.HandshakeRate, o.HandshakeRate, handshakeSeconds),
		log: o.Log, told: &rate.Sometimes{First: 1, Interval: time.Minute}}
}

// turnsAway counts a connection and says whether it is one too many. The log is told of
// it once a minute at most.
func (h *handshakes) turnsAway(from netip.Addr, now time.Time) bool {
	if h == nil || h.exempt.trust(from) || h.begun.take(from, now) == 0 {
		return false
	}
	h.told.Do(func() {
		h.log.Warn().Float64("per_second", h.begun.near.rate).
			Msg("one address begins more TLS handshakes than one may; if that is a proxy, name it as trusted, if a hall, see --connect-rate")
	})
	return true
}
