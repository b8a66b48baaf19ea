package gateway

import (
	"math"
	"sync"
	"time"

	"partyline/protocol"
)

// limiter bounds how much each of many may ask for: a token bucket for each. A request is
// a token or more, and what it turns out to have cost beyond that is owed: a bucket can
// be in debt.
type buckets[K comparable] struct {
	rate    float64 // tokens per second
	burst   float64 // tokens that a bucket holds
	maxDebt float64 // tokens that may be owed
	maxKeys int     // of those that are remembered

	mu     sync.Mutex
	latest time.Time // the latest that anybody came at
	byKey  map[K]bucket
}

// bucket holds its tokens as of a time; they are fewer than none in debt.
type bucket struct {
	tokens float64
	at     time.Time
}

const (
	// debtSeconds of its rate are the most that a bucket can owe. Without a bound one who
	// asks for the dearest over many connections at once would leave those behind the same
	// address without a word for minutes; with it they wait half a minute at most after it
	// has ended.
	debtSeconds = 30
	// rounding is less than a token that is lacking: sums of fractions are not exact.
	rounding = 1e-6
)

// newLimiter lets through perSecond in the long run, and at once what so many seconds of
// it are worth, but at least one: whoever changes a rate changes its burst with it.
func newBuckets[K comparable](perSecond, seconds float64, most int) *buckets[K] {
	burst := max(1, math.Round(perSecond*seconds))
	return &buckets[K]{rate: perSecond, burst: burst, maxDebt: perSecond * debtSeconds, maxKeys: most, byKey: make(map[K]bucket)}
}

// take counts one. It returns 0, or how long until the next would be let through.
func (l *buckets[K]) take(who K, now time.Time) time.Duration { return l.charge(who, 1, now) }

// charge takes so many tokens if there are as many. It returns 0, or how long until there
// would be. Who wants more than a bucket holds needs a full one, and is in debt then.
func (l *buckets[K]) charge(who K, tokens float64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(who, now)
	wait := l.lacking(tokens, b)
	if wait == 0 {
		b.tokens = max(b.tokens-tokens, -l.maxDebt)
	}
	l.byKey[who] = b
	return wait
}

// wait is how long until the next would be let through. It counts nothing.
func (l *buckets[K]) wait(who K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.byKey[who]
	if !known {
		return 0
	}
	return l.lacking(1, l.refilled(b, now))
}

// lacking is how long until a bucket has so many tokens.
func (l *buckets[K]) lacking(tokens float64, b bucket) time.Duration {
	lacking := min(tokens, l.burst) - b.tokens
	if lacking <= rounding {
		return 0
	}
	return max(1, time.Duration(lacking/l.rate*float64(time.Second)))
}

// owe takes so many tokens whether there are as many or not, or gives back as many when
// they are fewer than none. It returns how long it takes to get out of debt.
func (l *buckets[K]) owe(who K, tokens float64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(who, now)
	b.tokens = min(max(b.tokens-tokens, -l.maxDebt), l.burst)
	l.byKey[who] = b
	return l.lacking(0, b)
}

// bucket is somebody's, filled up to now.
func (l *buckets[K]) bucket(who K, now time.Time) bucket {
	// Those who wait for the lock have looked at the clock before, in any order. A bucket
	// that goes back is filled twice for the same time.
	if now.Before(l.latest) {
		now = l.latest
	}
	l.latest = now
	b, known := l.byKey[who]
	if !known {
		l.evict(now)
		return bucket{tokens: l.burst, at: now}
	}
	return l.refilled(b, now)
}

func (l *buckets[K]) refilled(b bucket, now time.Time) bucket {
	return bucket{tokens: min(b.tokens+now.Sub(b.at).Seconds()*l.rate, l.burst), at: now}
}

// shrink forgets those who are as good as new when there are too many to remember, and
// when there still are, an eighth of them, so that it is not gone through for each. Those
// in debt go last: else whoever has many addresses would pay with new ones.
func (l *buckets[K]) evict(now time.Time) {
	if len(l.byKey) < l.maxKeys {
		return
	}
	for who, b := range l.byKey {
		if l.refilled(b, now).tokens >= l.burst {
			delete(l.byKey, who)
		}
	}
	for _, atLeast := range []float64{0, -math.MaxFloat64} {
		for who, b := range l.byKey {
			if len(l.byKey) <= l.maxKeys*7/8 {
				return
			}
			if l.refilled(b, now).tokens >= atLeast {
				delete(l.byKey, who)
			}
		}
	}
}

func orDefault(perSecond, usual float64) float64 {
	if perSecond <= 0 {
		return usual
	}
	return perSecond
}

// tooMany tells somebody to wait, or is nil when nobody has to.
func tooMany(wait time.Duration, sentence string) *protocol.Error {
	if wait <= 0 {
		return nil
	}
	return &protocol.Error{Code: protocol.CodeTooMany, Message: sentence, RetryAfter: wait}
}
