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

	"partyline/actors/webhook"
	"partyline/gateway/outbound"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	body   = `{"event":"vote.received","timestamp":"2026-01-15T12:00:00.000Z","data":{"totals":{"upvotes":3}}}`

	// patience is a timeout that attempts of a test do not reach, haste one that they
	// do, but only in the stage that a test is about; brief is for when the stage does
	// not matter.
	patience = 30 * time.Second
	haste    = time.Second
	brief    = 200 * time.Millisecond
	// slack is how much later than its timeout an attempt may come back on a busy machine.
	slack = 10 * time.Second
)

// loopback opens 127.0.0.1 only: 127.0.0.2 is as internal as any other address.
func loopback() []netip.Prefix { return prefixes("127.0.0.1/32", "::1/128") }

func prefixes(texts ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, text := range texts {
		ps = append(ps, netip.MustParsePrefix(text))
	}
	return ps
}

// newCourier may call 127.0.0.1, unless changed.
func newCourier(t testing.TB, changes ...func(*outbound.Options)) *outbound.Sender {
	t.Helper()
	o := outbound.Options{AllowCIDRs: loopback(), Timeout: patience}
	for _, change := range changes {
		change(&o)
	}
	c := outbound.New(o)
	t.Cleanup(c.Close)
	return c
}

func within(d time.Duration) func(*outbound.Options) {
	return func(o *outbound.Options) { o.Timeout = d }
}

func resolvedBy(n *nameserver) func(*outbound.Options) {
	return func(o *outbound.Options) { o.Resolver = n.resolver() }
}

// dispatch is an ordinary one to the URL.
func dispatch(rawURL string) webhook.Dispatch {
	return webhook.Dispatch{
		Webhook: 7, URL: rawURL, Secrets: []string{secret}, MessageID: "msg_jcetp2qzyw4hm7ua_7_41",
		Event: "vote.received", Body: []byte(body),
	}
}

// deliver makes an attempt and checks what holds for every one.
func deliver(t testing.TB, c *outbound.Sender, d webhook.Dispatch) webhook.Attempt {
	t.Helper()
	return deliverWith(t, t.Context(), c, d)
}

func deliverWith(t testing.TB, ctx context.Context, c *outbound.Sender, d webhook.Dispatch) webhook.Attempt {
	t.Helper()
	began := time.Now()
	a := c.Deliver(ctx, d)
	if took := time.Since(began); took > patience+slack {
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
	tellsNothing(t, a.Error, d.URL)
	return a
}

// address is what an IP address of either kind looks like.
var address = regexp.MustCompile(`\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f]*:|0x`)

// tellsNothing checks that a text gives no address, port, host, path or word of the
// network stack away.
func tellsNothing(t testing.TB, text, rawURL string) {
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

// wantFailure checks an attempt that got no answer worth the name.
func wantFailure(t testing.TB, a webhook.Attempt, want webhook.Failure, text string) {
	t.Helper()
	if a.Failure != want || !strings.Contains(a.Error, text) {
		t.Errorf("failure %q, %q (status %d); want %q, %q", a.Failure, a.Error, a.Status, want, text)
	}
}

// wantStatus checks an attempt that got an answer.
func wantStatus(t testing.TB, a webhook.Attempt, status int) {
	t.Helper()
	if a.Status != status || a.Failure != webhook.FailureNone {
		t.Errorf("status %d, failure %q, %q; want status %d", a.Status, a.Failure, a.Error, status)
	}
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}
