package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"partyline/loadtest/oracle/webhook"
	"partyline/protocol"
)

// Plan is how the endpoints fail. The zero value never fails.
type Plan struct {
	// Seed makes the failures repeatable, as far as the order of requests is.
	Seed uint64
	// FailureRate is the chance that a failure begins with a delivery. It lasts one request or
	// two: the third attempt would come minutes later.
	FailureRate float64
	// Hangs adds endpoints that do not answer to the failures.
	Hangs bool
	// Refusing is how many endpoints, from the first, always refuse one message.
	Refusing int
	// HangFrom is the first endpoint that never answers, 0 for none.
	HangFrom int
	// Bare records no requests, only a tally: for measuring.
	Bare bool
}

const (
	// refusedAt is the number of the message that a refusing endpoint refuses.
	refusedAt = 10
	// slowShare of the answers take up to slowest.
	slowShare = 0.02
	slowest   = 60 * time.Millisecond
	// twiceShare of the failures last two requests.
	twiceShare = 0.2
)

// failure is one way to fail.
type failure struct {
	// status is answered; 0 means no whole answer.
	status int
	// retryAfter is the header of that name, in seconds, when above 0.
	retryAfter int
	// end is how the connection breaks.
	end ending
}

type ending byte

const (
	endNone  ending = iota
	endReset        // the connection is reset
	endTorn         // half a head, then nothing
	endShort        // a good head, and a body that breaks off
	endHang         // nothing until the other side gives up
)

var (
	// failures pass soon. Hanging is the last.
	failures = []failure{
		{status: 500}, {status: 502}, {status: 503}, {status: 503, retryAfter: 2}, {status: 429, retryAfter: 2},
		{status: 408}, {status: 404}, {status: 401}, {status: 302}, {end: endReset}, {end: endTorn}, {end: endShort}, {end: endHang},
	}
	refusals = []failure{{status: 400}, {status: 422}}
)

// endpoint is one endpoint, which decides how to answer a request.
type endpoint struct {
	plan   *Plan
	number int
	rng    *rand.Rand
	newest protocol.DeliveryID
	// accepted is the delivery that was accepted last.
	accepted protocol.DeliveryID
	seen     int
	refused  protocol.DeliveryID
	now      failure
	left     int
}

func newEndpoint(p *Plan, number int) *endpoint {
	return &endpoint{plan: p, number: number, rng: rand.New(rand.NewPCG(p.Seed, uint64(number)))}
}

// receive decides about a delivery; the zero failure accepts it.
func (p *endpoint) receive(id protocol.DeliveryID) failure {
	if p.plan.HangFrom > 0 && p.number >= p.plan.HangFrom {
		return failure{end: endHang}
	}
	if id > p.newest {
		p.fresh(id)
	}
	switch {
	case id == p.refused:
		return refusals[p.rng.IntN(len(refusals))]
	case p.left > 0:
		p.left--
		return p.now
	}
	return failure{}
}

// fresh decides about a delivery that comes for the first time.
func (p *endpoint) fresh(id protocol.DeliveryID) {
	p.newest = id
	if p.seen++; p.seen == refusedAt && p.number <= p.plan.Refusing {
		p.refused = id
		return
	}
	if p.rng.Float64() >= p.plan.FailureRate {
		return
	}
	kinds := failures
	if !p.plan.Hangs {
		kinds = kinds[:len(kinds)-1]
	}
	p.now, p.left = kinds[p.rng.IntN(len(kinds))], 1
	if p.now.end != endHang && p.rng.Float64() < twiceShare {
		p.left = 2
	}
}

// pause is how long the endpoint takes to answer.
func (p *endpoint) pause() time.Duration {
	if p.plan.FailureRate == 0 || p.rng.Float64() >= slowShare {
		return 0
	}
	return time.Duration(p.rng.Int64N(int64(slowest)))
}

// answer answers as was decided. The end is recorded before a whole answer is sent, and after a
// connection has ended.
func (r *Receiver) answer(w http.ResponseWriter, req *http.Request, s *webhook.Request, what failure) {
	switch what.end {
	case endHang:
		<-req.Context().Done()
		r.ended(s, 0)
		// Whoever gave up must not be answered.
		panic(http.ErrAbortHandler)
	case endNone:
		status := what.status
		if status == 0 {
			status = http.StatusNoContent
		}
		r.ended(s, status)
		if what.retryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(what.retryAfter))
		}
		w.WriteHeader(status)
	default:
		r.ended(s, 0)
		tear(w, what.end)
	}
}

// tear ends a connection without a whole answer.
func tear(w http.ResponseWriter, how ending) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	switch how {
	case endTorn:
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Le"))
	case endShort:
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nso far"))
	default:
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	_ = conn.Close()
}

// tolerance is how far the timestamp may be off, as Standard Webhooks recommends.
const tolerance = 5 * time.Minute

// Verify returns what is wrong with a request, "" for nothing: all signatures must be those of the
// secret over the body, and the timestamp must be of now.
func Verify(secret string, h http.Header, body []byte, now time.Time) string {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return fmt.Sprintf("timestamp %q", stamp)
	}
	key := []byte(secret)
	if encoded, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if key, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return "a secret that is no base64"
		}
	}
	standard := "v1," + base64.StdEncoding.EncodeToString(digest(key, []byte(id+"."+stamp+"."), body))
	if !hmac.Equal([]byte(standard), []byte(h.Get("webhook-signature"))) {
		return "standard signature"
	}
	legacy := "sha256=" + hex.EncodeToString(digest([]byte(secret), body))
	for _, name := range []string{"X-Webhook-Signature", "X-Hub-Signature-256"} {
		if !hmac.Equal([]byte(legacy), []byte(h.Get(name))) {
			return "signature in " + name
		}
	}
	return ""
}

func digest(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}
