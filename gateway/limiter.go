package gateway

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"partyline/protocol"
)

// limiter bounds how often each of many may do something: a token bucket for each.
type limiter[K comparable] struct {
	rate  rate.Limit
	burst int
	most  int // of those that are remembered

	mu  sync.Mutex
	now time.Time // the latest that anybody came at
	all map[K]*rate.Limiter
}

// newLimiter lets through perSecond in the long run, and at once what so many seconds of
// it are worth, but at least one: whoever changes a rate changes its burst with it.
func newLimiter[K comparable](perSecond, seconds float64, most int) *limiter[K] {
	burst := max(1, int(math.Round(perSecond*seconds)))
	return &limiter[K]{rate: rate.Limit(perSecond), burst: burst, most: most, all: make(map[K]*rate.Limiter)}
}

// take counts one. It returns 0, or how long until the next would be let through.
func (l *limiter[K]) take(who K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Those who wait here have looked at the clock before, in any order. A bucket that
	// goes back is filled twice for the same time.
	if now.Before(l.now) {
		now = l.now
	}
	l.now = now
	b := l.all[who]
	if b == nil {
		l.shrink(now)
		b = rate.NewLimiter(l.rate, l.burst)
		l.all[who] = b
	}
	if b.AllowN(now, 1) {
		return 0
	}
	return l.lacking(b, now)
}

// wait is how long until the next would be let through. It counts nothing.
func (l *limiter[K]) wait(who K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.all[who]
	if b == nil || b.TokensAt(now) >= 1 {
		return 0
	}
	return l.lacking(b, now)
}

// lacking is how long until the bucket has one.
func (l *limiter[K]) lacking(b *rate.Limiter, now time.Time) time.Duration {
	return max(1, time.Duration((1-b.TokensAt(now))/float64(l.rate)*float64(time.Second)))
}

// shrink forgets those who are as good as new when there are too many to remember, and
// when there still are, an eighth of them, so that it is not gone through for each.
func (l *limiter[K]) shrink(now time.Time) {
	if len(l.all) < l.most {
		return
	}
	for who, b := range l.all {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.all, who)
		}
	}
	for who := range l.all {
		if len(l.all) <= l.most*7/8 {
			return
		}
		delete(l.all, who)
	}
}

// addressLimiter bounds how often each address may do something.
type addressLimiter struct{ *limiter[netip.Addr] }

// newAddressLimiter takes the usual rate when none is given.
func newAddressLimiter(perSecond, usual, seconds float64) addressLimiter {
	return addressLimiter{newLimiter[netip.Addr](orUsual(perSecond, usual), seconds, maxAddresses)}
}

func orUsual(perSecond, usual float64) float64 {
	if perSecond <= 0 {
		return usual
	}
	return perSecond
}

// take counts one. Loopback is the operator's own.
func (l addressLimiter) take(from netip.Addr, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	return l.limiter.take(network(from), now)
}

// tooMany tells somebody to wait, or is nil when nobody has to.
func tooMany(wait time.Duration, sentence string) *protocol.Error {
	if wait <= 0 {
		return nil
	}
	return &protocol.Error{Code: protocol.CodeTooMany, Message: sentence, RetryAfter: wait}
}
