package gateway

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// buckets bound how often each of many may do something: a token bucket for each.
type buckets[K comparable] struct {
	rate  rate.Limit
	burst int
	most  int // of those that are remembered

	mu  *sync.Mutex
	all map[K]*rate.Limiter
}

func newBuckets[K comparable](perSecond rate.Limit, burst, most int) buckets[K] {
	return buckets[K]{rate: perSecond, burst: burst, most: most, mu: new(sync.Mutex), all: make(map[K]*rate.Limiter)}
}

// allow counts one.
func (b buckets[K]) allow(who K, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.all[who]
	if l == nil {
		b.shrink(now)
		l = rate.NewLimiter(b.rate, b.burst)
		b.all[who] = l
	}
	return l.AllowN(now, 1)
}

// shrink forgets those who are as good as new when there are too many to remember, and
// when there still are, an eighth of them, so that it is not gone through for each.
func (b buckets[K]) shrink(now time.Time) {
	if len(b.all) < b.most {
		return
	}
	for who, l := range b.all {
		if l.TokensAt(now) >= float64(b.burst) {
			delete(b.all, who)
		}
	}
	for who := range b.all {
		if len(b.all) <= b.most*7/8 {
			return
		}
		delete(b.all, who)
	}
}

// crossings bound how often each address may do something.
type crossings struct{ buckets[netip.Addr] }

func newCrossings(perSecond, usual float64, burst int) crossings {
	if perSecond <= 0 {
		perSecond = usual
	}
	return crossings{newBuckets[netip.Addr](rate.Limit(perSecond), burst, maxAddresses)}
}

// allow counts one. Loopback is the operator's own.
func (c crossings) allow(from netip.Addr, now time.Time) bool {
	return from.IsLoopback() || c.buckets.allow(network(from), now)
}
