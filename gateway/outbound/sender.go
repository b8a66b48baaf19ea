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

	"partyline/actors/webhook"
	"partyline/gateway/ssrf"
	"partyline/protocol"
)

const (
	// defaultTimeout is what an endpoint has for a whole exchange: the contract's 10 s.
	defaultTimeout = 10 * time.Second
	// defaultAgent names us to endpoints.
	defaultAgent = "Partyline-Webhook"
)

// Options are what a Courier needs; the zero value serves.
type Options struct {
	// AllowCIDRs opens ranges that are refused otherwise, such as a LAN's. Cloud
	// metadata stays refused.
	AllowCIDRs []netip.Prefix
	// MaxConnections bounds the connections, DefaultMaxConnections when 0. An attempt for
	// which there is none waits. Beside it an attempt needs a file or two while it looks up
	// a name.
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

// Courier delivers webhooks. It is safe for concurrent use.
type Sender struct {
	log     zerolog.Logger
	agent   string
	timeout time.Duration
	now     func() time.Time

	fence    ssrf.Policy
	resolver *net.Resolver // nil for the machine's own
	checks   chan struct{} // a place for each name that Check looks up
	places   chan struct{} // one for each attempt under way
	lines    *exchange
	reader   reader

	life context.Context
	end  context.CancelFunc
}

// New makes a Courier. Close it.
func New(o Options) *Sender {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.UserAgent == "" {
		o.UserAgent = defaultAgent
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxConnections <= 0 {
		o.MaxConnections = DefaultMaxConnections
	}
	c := &Sender{log: o.Log, agent: o.UserAgent, timeout: o.Timeout, now: o.Now,
		fence: ssrf.New(o.AllowCIDRs), resolver: o.Resolver, checks: make(chan struct{}, checksAtOnce),
		places: make(chan struct{}, o.MaxConnections)}
	c.lines = &exchange{
		dialer: &dialer{fence: c.fence, resolver: o.Resolver, roots: o.RootCAs},
		most:   o.MaxConnections,
		lines:  map[protocol.WebhookID]*line{},
	}
	c.life, c.end = context.WithCancel(context.Background())
	return c
}

// Deliver makes one attempt and says what came of it. It was delivered when the
// status is 2xx and Failure is none: a success whose body breaks off, or does not end
// in time, has a status and a failure. Any other status comes without a failure.
//
// It returns within the timeout after it has got a place, sooner when ctx ends or the
// Courier is closed; the failure is a timeout then, and the caller, who knows the reason,
// should not hold it against the endpoint. It does not panic.
func (c *Sender) Deliver(ctx context.Context, d webhook.Dispatch) webhook.Attempt {
	placed := c.enter(ctx)
	began := c.now()
	a := failed(errNoPlace)
	if placed {
		a = c.attempt(ctx, d, began)
		<-c.places
	}
	a.At, a.Took = protocol.TimestampOf(began), c.now().Sub(began)
	c.record(d, a)
	return a
}

// enter waits for a place, which is to be given back; false when ctx ends or the Courier is
// closed before.
func (c *Sender) enter(ctx context.Context) bool {
	select {
	case c.places <- struct{}{}:
		return true
	default:
	}
	select {
	case c.places <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-c.life.Done():
	}
	return false
}

// Forget closes the connection kept for a webhook, when it is deleted or disabled or
// its URL changes. An attempt in flight goes on.
func (c *Sender) Forget(id protocol.WebhookID) { c.lines.drop(id) }

// Close calls off all attempts in flight, waits until they have returned and closes
// all connections. What is delivered later is called off at once.
func (c *Sender) Close() {
	c.lines.close()
	c.end()
	c.lines.flying.Wait()
}

func (c *Sender) attempt(ctx context.Context, d webhook.Dispatch, began time.Time) (a webhook.Attempt) {
	// What a stranger sends must not end the program, whatever it hits.
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Int64("webhook", int64(d.Webhook)).Str("panic", fmt.Sprintf("%T", p)).
				Bytes("stack", debug.Stack()).Msg("webhook attempt panicked")
			a = failed(errInternal)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	ctx, j := embark(ctx)
	req, err := newRequest(ctx, d, began, c.agent)
	if err != nil {
		return failed(j.refusal(err))
	}
	return c.send(j, d.Webhook, req)
}

func (c *Sender) send(j *journey, id protocol.WebhookID, req *http.Request) webhook.Attempt {
	l := c.lines.take(id, c.now())
	if l == nil {
		return failed(errCalledOff)
	}
	defer c.lines.give(l)
	resp, err := l.transport.RoundTrip(req)
	if err != nil {
		return failed(j.refusal(err))
	}
	defer func() { _ = resp.Body.Close() }()
	return c.reader.read(j, resp, c.now)
}

func failed(r *refusal) webhook.Attempt {
	return webhook.Attempt{Failure: r.failure, Error: r.text}
}

// record tells of the exchange for whoever debugs one. The hub has the one line per
// attempt that everybody sees, with what it made of it.
func (c *Sender) record(d webhook.Dispatch, a webhook.Attempt) {
	c.log.Debug().Int64("webhook", int64(d.Webhook)).Str("id", d.MessageID).Str("event", d.Event).
		Int("status", a.Status).Str("failure", string(a.Failure)).Str("reason", a.Error).
		Dur("took", a.Took).Msg("webhook exchange")
}
