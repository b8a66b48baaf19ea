package gateway

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// DefaultConnectRate of new WebSockets per second and address: a household behind
	// one address reconnects well below it.
	DefaultConnectRate = 20
	// connectBurst lets everybody behind one address, a venue or a small company's
	// proxy, come back at once after a restart.
	connectBurst = 500
)

// visits bounds how fast one address opens WebSockets.
type visits struct {
	mu    *sync.Mutex
	rate  rate.Limit
	doors map[netip.Addr]*rate.Limiter
}

func newVisits(perSecond float64) visits {
	if perSecond <= 0 {
		perSecond = DefaultConnectRate
	}
	return visits{mu: new(sync.Mutex), rate: rate.Limit(perSecond), doors: make(map[netip.Addr]*rate.Limiter)}
}

// allow counts one connect. Loopback is the operator's own.
func (v visits) allow(from netip.Addr, now time.Time) bool {
	if from.IsLoopback() {
		return true
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	door := v.doors[network(from)]
	if door == nil {
		v.shrink(now)
		door = rate.NewLimiter(v.rate, connectBurst)
		v.doors[network(from)] = door
	}
	return door.AllowN(now, 1)
}

// shrink forgets those who are as good as new when there are too many to remember,
// and anybody when there still are.
func (v visits) shrink(now time.Time) {
	if len(v.doors) < maxAddresses {
		return
	}
	for a, door := range v.doors {
		if door.TokensAt(now) >= connectBurst {
			delete(v.doors, a)
		}
	}
	for a := range v.doors {
		if len(v.doors) < maxAddresses {
			return
		}
		delete(v.doors, a)
	}
}
