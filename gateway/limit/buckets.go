package limit

import (
	"math"
	"sync"
	"time"

	"partyline/protocol"
)

const (
	// debtSeconds of its rate are the most that a bucket can owe. Without a bound a client
	// that asks for the dearest over many connections at once would leave those behind the
	// same address without an answer for minutes; with it they wait half a minute at most
	// after it has stopped.
	debtSeconds = 30
	// rounding is less than a token that is lacking: sums of fractions are not exact.
	rounding = 1e-6
	// maxAddresses, maxTokens and maxDevices bound the buckets that are kept: an attacker
	// with more addresses is not held by a table. Tokens are as many as can be issued at a
	// time; devices are those of all sessions together.
	maxAddresses = 10_000
	maxTokens    = 10_000
	maxDevices   = 50_000
)

// bucketRate is how a bucket fills: tokens per second, the most that it holds, and the most that
// it can owe.
type bucketRate struct{ perSecond, burst, maxDebt float64 }

// bucket holds its tokens as of a time; they are fewer than none in debt.
type bucket struct {
	tokens float64
	at     time.Time
}

// refilled is the bucket as of now.
func (r bucketRate) refilled(b bucket, now time.Time) bucket {
	return bucket{tokens: min(b.tokens+now.Sub(b.at).Seconds()*r.perSecond, r.burst), at: now}
}

// lacking is how long until a bucket has so many tokens, 0 when it has them. More than a
// bucket holds needs a full one.
func (r bucketRate) lacking(tokens float64, b bucket) time.Duration {
	missing := min(tokens, r.burst) - b.tokens
	if missing <= rounding {
		return 0
	}
	return max(1, time.Duration(missing/r.perSecond*float64(time.Second)))
}

// spent is the bucket after so many tokens were taken, within the debt that it may have.
func (r bucketRate) spent(b bucket, tokens float64) bucket {
	b.tokens = min(max(b.tokens-tokens, -r.maxDebt), r.burst)
	return b
}

// Buckets keeps a token bucket for each key. A request costs a token or more, and what it
// turns out to have cost beyond that is owed: a bucket can be in debt. Its methods may be
// called from any goroutine.
type Buckets[K comparable] struct {
	rate    bucketRate
	maxKeys int

	mu     sync.Mutex
	latest time.Time // the latest time that any caller has come with
	byKey  map[K]bucket
}

// newBuckets keeps the buckets of a limit, of maxKeys keys at most.
func newBuckets[K comparable](r bucketRate, maxKeys int) *Buckets[K] {
	return &Buckets[K]{rate: r, maxKeys: maxKeys, byKey: make(map[K]bucket)}
}

// Take takes one token. It returns 0, or how long until there would be one.
func (l *Buckets[K]) Take(key K, now time.Time) time.Duration { return l.Charge(key, 1, now) }

// Charge takes so many tokens if there are as many. It returns 0, or how long until there
// would be. A charge of more than a bucket holds needs a full one, which is in debt then.
func (l *Buckets[K]) Charge(key K, tokens float64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key, now)
	wait := l.rate.lacking(tokens, b)
	if wait == 0 {
		b = l.rate.spent(b, tokens)
	}
	l.byKey[key] = b
	return wait
}

// Wait is how long until a token could be taken. It takes none.
func (l *Buckets[K]) Wait(key K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.byKey[key]
	if !known {
		return 0
	}
	return l.rate.lacking(1, l.rate.refilled(b, now))
}

// Owe takes so many tokens whether there are as many or not, or gives back as many when
// they are fewer than none. It returns how long it takes to get out of debt.
func (l *Buckets[K]) Owe(key K, tokens float64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.rate.spent(l.bucket(key, now), tokens)
	l.byKey[key] = b
	return l.rate.lacking(0, b)
}

// bucket is the key's, refilled up to now. Callers read the clock before they wait for the
// lock, so they come with times out of order; time goes forward only, else a bucket would
// be refilled twice for the same time. The lock is held.
func (l *Buckets[K]) bucket(key K, now time.Time) bucket {
	if now.Before(l.latest) {
		now = l.latest
	}
	l.latest = now
	b, known := l.byKey[key]
	if !known {
		l.evict(now)
		return bucket{tokens: l.rate.burst, at: now}
	}
	return l.rate.refilled(b, now)
}

// evict makes room when there are as many keys as may be kept: it forgets full buckets,
// which are as good as new ones, and when there are still too many, an eighth of all, so
// that the table is not walked through for each new key. Buckets in debt go last: else a
// client with many addresses would pay with new ones.
func (l *Buckets[K]) evict(now time.Time) {
	if len(l.byKey) < l.maxKeys {
		return
	}
	for key, b := range l.byKey {
		if l.rate.refilled(b, now).tokens >= l.rate.burst {
			delete(l.byKey, key)
		}
	}
	for _, atLeast := range []float64{0, -math.MaxFloat64} {
		for key, b := range l.byKey {
			if len(l.byKey) <= l.maxKeys*7/8 {
				return
			}
			if l.rate.refilled(b, now).tokens >= atLeast {
				delete(l.byKey, key)
			}
		}
	}
}

// Bucket is the one bucket of a limit that has no key, or belongs to one connection. It is
// not safe for several goroutines.
type Bucket struct {
	rate   bucketRate
	bucket bucket
}

// NewBucket is a full bucket of a limit.
func NewBucket(l *Limit, now time.Time) *Bucket {
	r := l.rate(0)
	return &Bucket{rate: r, bucket: bucket{tokens: r.burst, at: now}}
}

// Take takes one token. It returns 0, or how long until there would be one.
func (b *Bucket) Take(now time.Time) time.Duration {
	b.refill(now)
	wait := b.rate.lacking(1, b.bucket)
	if wait == 0 {
		b.bucket = b.rate.spent(b.bucket, 1)
	}
	return wait
}

// Wait is how long until a token could be taken. It takes none.
func (b *Bucket) Wait(now time.Time) time.Duration {
	b.refill(now)
	return b.rate.lacking(1, b.bucket)
}

// Become applies another limit from now on. What was used up stays used up: else two
// limits in turn would be none.
func (b *Bucket) Become(l *Limit, now time.Time) {
	b.refill(now)
	b.rate = l.rate(0)
	b.bucket.tokens = min(b.bucket.tokens, b.rate.burst)
}

func (b *Bucket) refill(now time.Time) {
	if now.After(b.bucket.at) {
		b.bucket = b.rate.refilled(b.bucket, now)
	}
}

// TooMany is the refusal that tells a client how long to wait, nil when it need not wait.
func TooMany(wait time.Duration, sentence string) *protocol.Error {
	if wait <= 0 {
		return nil
	}
	return &protocol.Error{Code: protocol.CodeTooMany, Message: sentence, RetryAfter: wait}
}
