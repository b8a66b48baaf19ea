package verify_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

const (
	prefixed = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	typed    = "a secret somebody typed"
	event    = `{"event":"game.added","timestamp":"2024-01-15T12:00:00.000Z","data":{"title":"Fibbage – ünï 🎉"}}`
	// installWithin bounds building, or installing three small packages from npm.
	installWithin = 2 * time.Minute
)

func TestGoVerifiesDeliveries(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "receiver")
	do(t, ".", "go", "build", "-o", binary, "./go")
	judge(t, func(secret string) string { return start(t, ".", binary, secret, "127.0.0.1:0") })
}

// judge sends valid and invalid deliveries.
func judge(t *testing.T, receiver func(secret string) string) {
	t.Helper()
	urls := map[string]string{prefixed: receiver(prefixed), typed: receiver(typed)}
	for _, c := range []struct {
		name, receiver string
		secrets        []string
		ago            time.Duration
		status         int
	}{
		{"in the standard form", prefixed, []string{prefixed}, 0, 204},
		{"typed", typed, []string{typed}, 0, 204},
		{"rotated, new receiver", typed, []string{typed, prefixed}, 0, 204},
		{"rotated, old receiver", prefixed, []string{typed, prefixed}, 0, 204},
		{"wrong secret", prefixed, []string{typed}, 0, 401},
		{"wrong secret, typed", typed, []string{prefixed}, 0, 401},
		{"stale", typed, []string{typed}, 6 * time.Minute, 401},
		{"from the future", typed, []string{typed}, -6 * time.Minute, 401},
	} {
		d := webhook.Dispatch{Webhook: 1, URL: urls[c.receiver], Secrets: c.secrets, MessageID: "msg_jcetp2qzyw4hm7ua_1_42", Event: "game.added", Body: []byte(event)}
		if a := deliver(t, d, c.ago); a.Status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, a.Status, a.Error, c.status)
		}
	}
	for name, spoil := range map[string]func(*http.Request){
		"no headers": func(r *http.Request) { r.Header = http.Header{} },
		"another id": func(r *http.Request) { r.Header.Set("webhook-id", "msg_jcetp2qzyw4hm7ua_1_43") },
		"no number":  func(r *http.Request) { r.Header.Set("webhook-timestamp", "now") },
		"none fits":  func(r *http.Request) { r.Header.Set("webhook-signature", "v1, v1,AAAA") },
	} {
		if got := forge(t, urls[typed], event, spoil); got != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := forge(t, urls[typed], event+" ", func(*http.Request) {}); got != http.StatusUnauthorized {
		t.Errorf("changed body: %d", got)
	}
	if got := forge(t, urls[typed], event, func(*http.Request) {}); got != http.StatusNoContent {
		t.Errorf("a copy of a good request: %d", got)
	}
}

// deliver makes one attempt with the server's sender, whose clock is late.
func deliver(t *testing.T, d webhook.Dispatch, late time.Duration) webhook.Attempt {
	t.Helper()
	c := outbound.New(outbound.Options{
		AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Now:        func() time.Time { return time.Now().Add(-late) },
	})
	defer c.Close()
	return c.Deliver(t.Context(), d)
}

// forge posts a body with the headers of a good delivery of event, after spoil.
func forge(t *testing.T, url, body string, spoil func(*http.Request)) int {
	t.Helper()
	now := time.Now()
	s, err := outbound.Sign([]string{typed}, "msg_jcetp2qzyw4hm7ua_1_42", now, []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("webhook-id", "msg_jcetp2qzyw4hm7ua_1_42")
	req.Header.Set("webhook-timestamp", seconds(now))
	req.Header.Set("webhook-signature", s.Standard)
	spoil(req)
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// start runs a receiver until the end of the test and returns the URL that it prints.
func start(t *testing.T, dir string, command ...string) string {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", command[0], stderr.String())
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%s says no URL: %v", command[0], err)
	}
	return strings.TrimSpace(line)
}

func do(t *testing.T, dir string, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), installWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
}
