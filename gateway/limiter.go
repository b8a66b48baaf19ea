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
type limiter[K comparable] struct {
	rate  float64 // tokens per second
	burst float64 // tokens that a bucket holds
	debt  float64 // tokens that may be owed
	most  int     // of those that are remembered

	mu  sync.Mutex
	now time.Time // the latest that anybody came at
	all map[K]bucket
}

// bucket holds its tokens as of a time; they are fewer than none in debt.
type bucket struct {
	level float64
	at    time.Time
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
func newLimiter[K comparable](perSecond, seconds float64, most int) *limiter[K] {
	burst := max(1, math.Round(perSecond*seconds))
	return &limiter[K]{rate: perSecond, burst: burst, debt: perSecond * debtSeconds, most: most, all: make(map[K]bucket)}
}

// take counts one. It returns 0, or how long until the next would be let through.
func (l *limiter[K]) take(who K, now time.Time) time.Duration { return l.charge(who, 1, now) }

// charge takes so many tokens if there are as many. It returns 0, or how long until there
// would be. Who wants more than a bucket holds needs a full one, and is in debt then.
func (l *limiter[K]) charge(who K, tokens float64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(who, now)
	wait := l.lacking(tokens, b)
	if wait == 0 {
		b.level = max(b.level-tokens, -l.debt)
	}
	l.all[who] = b
	return wait
}

// wait is how long until the next would be let through. It counts nothing.
func (l *limiter[K]) wait(who K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.all[who]
	if !known {
		return 0
	}
	return l.lacking(1, l.filled(b, now))
}

// lacking is how long until a bucket has so many tokens.
func (l *limiter[K]) lacking(tokens float64, b bucket) time.Duration {
	lacking := min(tokens, l.burst) - b.level
	if lacking <= rounding {
		return 0
	}
	return max(1, time.Duration(lacking/l.rate*float64(time.Second)))
}

// owe takes so many tokens whether there are as many or not, or gives back as many when
// they are fewer than none. It returns how long it takes to get out of debt.
func (l *limiter[K]) owe(who K, tokens float64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(who, now)
	b.level = min(max(b.level-tokens, -l.debt), l.burst)
	l.all[who] = b
	return l.lacking(0, b)
}

// bucket is somebody's, filled up to now.
func (l *limiter[K]) bucket(who K, now time.Time) bucket {
	// Those who wait for the lock have looked at the clock before, in any order. A bucket
	// that goes back is filled twice for the same time.
	if now.Before(l.now) {
		now = l.now
	}
	l.now = now
	b, known := l.all[who]
	if !known {
		l.shrink(now)
		return bucket{level: l.burst, at: now}
	}
	return l.filled(b, now)
}

func (l *limiter[K]) filled(b bucket, now time.Time) bucket {
	return bucket{level: min(b.level+now.Sub(b.at).Seconds()*l.rate, l.burst), at: now}
}

// shrink forgets those who are as good as new when there are too many to remember, and
// when there still are, an eighth of them, so that it is not gone through for each. Those
// in debt go last: else whoever has many addresses would pay with new ones.
func (l *limiter[K]) shrink(now time.Time) {
	if len(l.all) < l.most {
		return
	}
	for who, b := range l.all {
		if l.filled(b, now).level >= l.burst {
			delete(l.all, who)
		}
	}
	for _, atLeast := range []float64{0, -math.MaxFloat64} {
		for who, b := range l.all {
			if len(l.all) <= l.most*7/8 {
				return
			}
			if l.filled(b, now).level >= atLeast {
				delete(l.all, who)
			}
		}
	}
}

func orUsual(perSecond, usual float64) float64 {
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
