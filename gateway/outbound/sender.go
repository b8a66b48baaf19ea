package outbound

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/rules/webhook"
	"partyline/gateway/ssrf"
	"partyline/protocol"
)

const (
	// defaultTimeout is how long an attempt may take: the contract's 10 s.
	defaultTimeout = 10 * time.Second
	// defaultUserAgent is the User-Agent that endpoints see.
	defaultUserAgent = "Partyline-Webhook"
)

// Options of a Sender; the zero value is usable.
type Options struct {
	// AllowCIDRs allows ranges that are refused otherwise, such as a LAN's. Cloud metadata
	// stays refused.
	AllowCIDRs []netip.Prefix
	// MaxConnections bounds the connections, DefaultMaxConnections when 0. An attempt without
	// a free one waits. An attempt also needs a file or two while it looks up a name.
	MaxConnections int
	// Log gets one line for each attempt, without body, secret or URL.
	Log zerolog.Logger
	// UserAgent is the header of that name, "Partyline-Webhook" when empty.
	UserAgent string
	// Timeout bounds a whole attempt, from the name to the end of the answer; 10 s
	// when 0.
	Timeout time.Duration
	// Resolver resolves host names, nil for the machine's own.
	Resolver *net.Resolver
	// RootCAs are the authorities trusted for TLS, nil for the machine's own.
	RootCAs *x509.CertPool
	// Now is the clock for timestamps and durations, nil for time.Now.
	Now func() time.Time
}

// Sender delivers webhooks. It is safe for concurrent use.
type Sender struct {
	log       zerolog.Logger
	userAgent string
	timeout   time.Duration
	now       func() time.Time

	policy       ssrf.Policy
	resolver     *net.Resolver // nil for the machine's own
	checkSlots   chan struct{} // one for each name that Check looks up
	attemptSlots chan struct{} // one for each attempt under way
	transports   *transports
	reader       responseReader

	ctx    context.Context
	cancel context.CancelFunc
}

// New makes a Sender. Close it.
func New(o Options) *Sender {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.UserAgent == "" {
		o.UserAgent = defaultUserAgent
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxConnections <= 0 {
		o.MaxConnections = DefaultMaxConnections
	}
	s := &Sender{log: o.Log, userAgent: o.UserAgent, timeout: o.Timeout, now: o.Now,
		policy: ssrf.New(o.AllowCIDRs), resolver: o.Resolver, checkSlots: make(chan struct{}, maxConcurrentChecks),
		attemptSlots: make(chan struct{}, o.MaxConnections)}
	s.transports = &transports{
		dialer:    &dialer{policy: s.policy, resolver: o.Resolver, roots: o.RootCAs},
		max:       o.MaxConnections,
		byWebhook: map[protocol.WebhookID]*transport{},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Deliver makes one attempt and returns its outcome. It was delivered when the status is 2xx
// and there is no failure: a success whose body breaks off, or does not end in time, has a
// status and a failure. Any other status comes without a failure.
//
// It returns within the timeout after it has got a slot, sooner when ctx ends or the Sender is
// closed; the failure is a timeout then, and the caller, who knows the reason, should not hold
// it against the endpoint. It does not panic.
func (s *Sender) Deliver(ctx context.Context, d webhook.Dispatch) webhook.Attempt {
	acquired := s.acquireSlot(ctx)
	began := s.now()
	a := failedAttempt(errTooManyAttempts)
	if acquired {
		a = s.attempt(ctx, d, began)
		<-s.attemptSlots
	}
	a.At, a.Took = protocol.TimestampOf(began), s.now().Sub(began)
	s.logAttempt(d, a)
	return a
}

// acquireSlot waits for an attempt slot, which the caller gives back; false when ctx ends or
// the Sender is closed first.
func (s *Sender) acquireSlot(ctx context.Context) bool {
	select {
	case s.attemptSlots <- struct{}{}:
		return true
	default:
	}
	select {
	case s.attemptSlots <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	return false
}

// Forget closes the connection kept for a webhook, when it is deleted or disabled or
// its URL changes. An attempt in flight goes on.
func (s *Sender) Forget(id protocol.WebhookID) { s.transports.remove(id) }

// Close cancels all attempts in flight, waits until they have returned and closes all
// connections. Later attempts are canceled at once.
func (s *Sender) Close() {
	s.transports.close()
	s.cancel()
	s.transports.inFlight.Wait()
}

func (s *Sender) attempt(ctx context.Context, d webhook.Dispatch, began time.Time) (a webhook.Attempt) {
	// A response must not end the program, whatever code it reaches.
	defer func() {
		if p := recover(); p != nil {
			s.log.Error().Int64("webhook", int64(d.Webhook)).Str("panic", fmt.Sprintf("%T", p)).
				Bytes("stack", debug.Stack()).Msg("webhook attempt panicked")
			a = failedAttempt(errInternal)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	ctx, trace := newTrace(ctx)
	req, err := newRequest(ctx, d, began, s.userAgent)
	if err != nil {
		return failedAttempt(trace.failureOf(err))
	}
	return s.send(trace, d.Webhook, req)
}

func (s *Sender) send(trace *attemptTrace, id protocol.WebhookID, req *http.Request) webhook.Attempt {
	t := s.transports.acquire(id, s.now())
	if t == nil {
		return failedAttempt(errCanceled)
	}
	defer s.transports.release(t)
	resp, err := t.http.RoundTrip(req)
	if err != nil {
		return failedAttempt(trace.failureOf(err))
	}
	defer func() { _ = resp.Body.Close() }()
	return s.reader.read(trace, resp, s.now)
}

func failedAttempt(f *failure) webhook.Attempt {
	return webhook.Attempt{Failure: f.kind, Error: f.text}
}

// logAttempt logs the attempt at debug level. The hub logs one line per attempt for everybody,
// with what it decided.
func (s *Sender) logAttempt(d webhook.Dispatch, a webhook.Attempt) {
	s.log.Debug().Int64("webhook", int64(d.Webhook)).Str("id", d.MessageID).Str("event", d.Event).
		Int("status", a.Status).Str("failure", string(a.Failure)).Str("reason", a.Error).
		Dur("took", a.Took).Msg("webhook request")
}
