package outbound_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

// sent delivers to a receiver and returns what it received.
func sent(t *testing.T, d webhook.Dispatch, changes ...func(*outbound.Options)) received {
	t.Helper()
	r := newReceiver(t, nil)
	d.URL = r.URL + "/hook?room=ABCD"
	wantStatus(t, deliver(t, newSender(t, changes...), d), 200)
	return r.last(t)
}

// verifier is the reference library, as a receiver with this secret uses it.
func verifier(t *testing.T, secret string, raw bool) *standardwebhooks.Webhook {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	if raw {
		w, err = standardwebhooks.NewWebhookRaw([]byte(secret))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// legacy is the check that chat bots make.
func legacy(secret string, r received) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(r.body)
	return hmac.Equal([]byte(r.header.Get("X-Webhook-Signature")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
}

func TestReceiversAcceptDeliveries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		secret string
		raw    bool
	}{
		{"prefixed", secret, false},
		{"words", "a secret somebody typed: ünïcode", true},
		{"one byte", "x", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := dispatch("")
			d.Secrets = []string{c.secret}
			r := sent(t, d)
			if err := verifier(t, c.secret, c.raw).Verify(r.body, r.header); err != nil {
				t.Error("standard:", err)
			}
			if !legacy(c.secret, r) {
				t.Error("legacy: no match")
			}
		})
	}
}

// TestGitHubsExample is the one of its page "Validating webhook deliveries".
func TestGitHubsExample(t *testing.T) {
	t.Parallel()
	d := dispatch("")
	d.Secrets, d.Body = []string{"It's a Secret to Everybody"}, []byte("Hello, World!")
	const want = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	if got := sent(t, d).header.Get("X-Hub-Signature-256"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReceiversRefuseChangedDeliveries(t *testing.T) {
	t.Parallel()
	r := sent(t, dispatch(""))
	v := verifier(t, secret, false)
	changed := append(append([]byte(nil), r.body...), ' ')
	if err := v.Verify(changed, r.header); !errors.Is(err, standardwebhooks.ErrNoMatchingSignature) {
		t.Error("changed body:", err)
	}
	if legacy(secret, received{header: r.header, body: changed}) {
		t.Error("changed body: the legacy signature matches")
	}
	if err := verifier(t, "whsec_b3RoZXI=", false).Verify(r.body, r.header); !errors.Is(err, standardwebhooks.ErrNoMatchingSignature) {
		t.Error("wrong secret:", err)
	}
	if legacy(secret+"x", r) {
		t.Error("wrong secret: the legacy signature matches")
	}
	for name, value := range map[string]string{"webhook-id": "msg_other", "webhook-timestamp": strconv.FormatInt(time.Now().Unix()-1, 10)} {
		h := r.header.Clone()
		h.Set(name, value)
		if err := v.Verify(r.body, h); !errors.Is(err, standardwebhooks.ErrNoMatchingSignature) {
			t.Errorf("changed %s: %v", name, err)
		}
	}
}

func TestReceiversRefuseAnOldTimestamp(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-6 * time.Minute)
	r := sent(t, dispatch(""), func(o *outbound.Options) { o.Now = func() time.Time { return past } })
	if err := verifier(t, secret, false).Verify(r.body, r.header); !errors.Is(err, standardwebhooks.ErrMessageTooOld) {
		t.Error(err)
	}
	if err := verifier(t, secret, false).VerifyIgnoringTimestamp(r.body, r.header); err != nil {
		t.Error("signature of the old timestamp:", err)
	}
}

func TestReceiversAcceptBothSecretsOfARotation(t *testing.T) {
	t.Parallel()
	d := dispatch("")
	d.Secrets = []string{"whsec_bmV3IHNlY3JldA==", secret}
	r := sent(t, d)
	for _, s := range d.Secrets {
		if err := verifier(t, s, false).Verify(r.body, r.header); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	if !legacy(d.Secrets[0], r) || legacy(d.Secrets[1], r) {
		t.Error("the legacy signature is not of the newest secret alone")
	}
}

func TestEveryTryHasItsOwnTimestampAndTheSameID(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	r := newReceiver(t, nil)
	s := newSender(t, func(o *outbound.Options) { o.Now = func() time.Time { return clock } })
	deliver(t, s, dispatch(r.URL))
	clock = clock.Add(90 * time.Second)
	a := deliver(t, s, dispatch(r.URL))
	got := r.all()
	if one, two := got[0].header, got[1].header; one.Get("webhook-id") != two.Get("webhook-id") || one.Get("webhook-signature") == two.Get("webhook-signature") {
		t.Errorf("first %v, second %v", one, two)
	}
	if want := strconv.FormatInt(clock.Unix(), 10); got[1].header.Get("webhook-timestamp") != want || a.At.Time().Unix() != clock.Unix() {
		t.Errorf("timestamp %s, attempt at %v, want %s", got[1].header.Get("webhook-timestamp"), a.At, want)
	}
}

// TestHeadersOfADelivery pins everything that endpoints see.
func TestHeadersOfADelivery(t *testing.T) {
	t.Parallel()
	d := dispatch("")
	d.Redelivery = true
	r := sent(t, d, func(o *outbound.Options) { o.UserAgent = "Partyline/1.2" })
	want := map[string]string{
		"Content-Type": "application/json", "Content-Length": strconv.Itoa(len(body)), "User-Agent": "Partyline/1.2",
		"X-Webhook-Event": "vote.received", "Webhook-Id": "msg_jcetp2qzyw4hm7ua_7_41", "Webhook-Redelivery": "true",
	}
	for name, value := range want {
		if r.header.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, r.header.Get(name), value)
		}
	}
	signed := []string{"X-Webhook-Signature", "X-Hub-Signature-256", "Webhook-Timestamp", "Webhook-Signature"}
	for _, name := range signed {
		if r.header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if len(r.header) != len(want)+len(signed) {
		t.Errorf("other headers: %v", r.header)
	}
	if string(r.body) != body || r.path != "/hook?room=ABCD" {
		t.Errorf("body %s, path %s", r.body, r.path)
	}
	if first := sent(t, dispatch("")).header; first.Get("Webhook-Redelivery") != "" || first.Get("User-Agent") != "Partyline-Webhook" {
		t.Errorf("headers of a first delivery: %v", first)
	}
}

func TestAnEmptyBodyIsSentAndSigned(t *testing.T) {
	t.Parallel()
	d := dispatch("")
	d.Body = nil
	r := sent(t, d)
	if err := verifier(t, secret, false).Verify(nil, r.header); err != nil || len(r.body) != 0 || r.header.Get("Content-Length") != "0" {
		t.Error(err, r.header)
	}
}

func TestCookiesAreNotKept(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Set-Cookie", "a=b") })
	s := newSender(t)
	deliver(t, s, dispatch(r.URL))
	deliver(t, s, dispatch(r.URL))
	if cookie := r.last(t).header.Get("Cookie"); cookie != "" {
		t.Errorf("cookie %q", cookie)
	}
}
