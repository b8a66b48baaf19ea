package outbound_test

import (
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	body   = `{"event":"vote.received","timestamp":"2026-01-15T12:00:00.000Z","data":{"totals":{"upvotes":3}}}`

	// longTimeout is a timeout that attempts of a test do not reach, shortTimeout one that
	// they do, but only in the stage that a test is about; briefTimeout is for when the stage
	// does not matter.
	longTimeout  = 30 * time.Second
	shortTimeout = time.Second
	briefTimeout = 200 * time.Millisecond
	// slack is how much later than its timeout an attempt may return on a busy machine.
	slack = 10 * time.Second
)

// loopback allows 127.0.0.1 only: 127.0.0.2 is as internal as any other address.
func loopback() []netip.Prefix { return prefixes("127.0.0.1/32", "::1/128") }

func prefixes(texts ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, text := range texts {
		ps = append(ps, netip.MustParsePrefix(text))
	}
	return ps
}

// newSender makes a Sender that may call 127.0.0.1, unless changed.
func newSender(t testing.TB, changes ...func(*outbound.Options)) *outbound.Sender {
	t.Helper()
	o := outbound.Options{AllowCIDRs: loopback(), Timeout: longTimeout}
	for _, change := range changes {
		change(&o)
	}
	s := outbound.New(o)
	t.Cleanup(s.Close)
	return s
}

func within(d time.Duration) func(*outbound.Options) {
	return func(o *outbound.Options) { o.Timeout = d }
}

func resolvedBy(n *nameserver) func(*outbound.Options) {
	return func(o *outbound.Options) { o.Resolver = n.resolver() }
}

// dispatch returns an ordinary dispatch to the URL.
func dispatch(rawURL string) webhook.Dispatch {
	return webhook.Dispatch{
		Webhook: 7, URL: rawURL, Secrets: []string{secret}, MessageID: "msg_jcetp2qzyw4hm7ua_7_41",
		Event: "vote.received", Body: []byte(body),
	}
}

// deliver makes an attempt and checks what holds for every attempt.
func deliver(t testing.TB, s *outbound.Sender, d webhook.Dispatch) webhook.Attempt {
	t.Helper()
	return deliverWith(t, t.Context(), s, d)
}

func deliverWith(t testing.TB, ctx context.Context, s *outbound.Sender, d webhook.Dispatch) webhook.Attempt {
	t.Helper()
	began := time.Now()
	a := s.Deliver(ctx, d)
	if took := time.Since(began); took > longTimeout+slack {
		t.Fatalf("took %v", took)
	}
	if a.At == 0 || a.Took < 0 {
		t.Errorf("attempt without a time: %+v", a)
	}
	if len(a.Excerpt) > 16<<10 || !utf8.ValidString(a.Excerpt) {
		t.Errorf("excerpt of %d bytes, valid %v", len(a.Excerpt), utf8.ValidString(a.Excerpt))
	}
	if success := a.Status/100 == 2 && a.Failure == webhook.FailureNone; success != (a.Error == "") {
		t.Errorf("error text %q of %+v", a.Error, a)
	}
	if a.Failure == webhook.FailureNone && a.Status == 0 {
		t.Errorf("neither status nor failure: %+v", a)
	}
	checkErrorText(t, a.Error, d.URL)
	return a
}

// address is what an IP address of either kind looks like.
var address = regexp.MustCompile(`\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f]*:|0x`)

// checkErrorText checks that a text contains no address, port, host, path or word of the
// network stack.
func checkErrorText(t testing.TB, text, rawURL string) {
	t.Helper()
	for _, word := range []string{"dial ", "tcp", "udp", "lookup", "read ", "write ", "->", "/"} {
		if strings.Contains(strings.ReplaceAll(text, "http://", ""), word) && !strings.Contains(text, "https://") {
			t.Errorf("error text %q holds %q", text, word)
		}
	}
	if address.MatchString(text) {
		t.Errorf("error text %q holds an address", text)
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return
	}
	for _, word := range []string{u.Hostname(), u.Port(), u.RawQuery, strings.Trim(u.Path, "/")} {
		if word != "" && strings.Contains(text, word) {
			t.Errorf("error text %q holds %q of the URL", text, word)
		}
	}
}

// wantFailure checks an attempt without a complete response.
func wantFailure(t testing.TB, a webhook.Attempt, want webhook.Failure, text string) {
	t.Helper()
	if a.Failure != want || !strings.Contains(a.Error, text) {
		t.Errorf("failure %q, %q (status %d); want %q, %q", a.Failure, a.Error, a.Status, want, text)
	}
}

// wantStatus checks an attempt with a response.
func wantStatus(t testing.TB, a webhook.Attempt, status int) {
	t.Helper()
	if a.Status != status || a.Failure != webhook.FailureNone {
		t.Errorf("status %d, failure %q, %q; want status %d", a.Status, a.Failure, a.Error, status)
	}
}

// eventually waits for a condition that another goroutine makes true.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.After(longTimeout)
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}
