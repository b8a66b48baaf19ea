package gateway_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"partyline/gateway"
)

func TestUncallableWebhookURLIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) {
		o.CheckURL = func(_ context.Context, url string) error {
			if strings.Contains(url, "127.0.0.1") {
				return errors.New("the address is private")
			}
			return nil
		}
	})
	token := h.admin()
	good := params{"name": "x", "url": "https://example.com/hook", "secret": "mysecret123", "events": []any{"*"}}
	bad := params{"name": "x", "url": "http://127.0.0.1:9/hook", "secret": "mysecret123", "events": []any{"*"}}
	h.rest("webhooks.create", token, bad).want(t, 400, "invalid", "url cannot be called: the address is private")
	h.rest("webhooks.create", token, good).want(t, 201, "", "")
	h.rest("webhooks.update", token, params{"id": 1, "url": bad["url"]}).want(t, 400, "invalid", "")
	h.rest("webhooks.update", token, params{"id": 1, "name": "y"}).want(t, 200, "", "")
}

// TestReplayDoesNotCheckWebhookURLAgain: the answer to the first request is given again, also
// when the name has moved inside since. Another key is another request.
func TestReplayDoesNotCheckWebhookURLAgain(t *testing.T) {
	t.Parallel()
	var inside atomic.Bool
	h := newTestServer(t, func(o *gateway.Options) {
		o.CheckURL = func(context.Context, string) error {
			if inside.Load() {
				return errors.New("the address is private")
			}
			return nil
		}
	})
	token := h.admin()
	p := params{"name": "x", "url": "https://example.com/hook", "secret": "mysecret123", "events": []any{"*"}}
	h.rest("webhooks.create", token, p, "Idempotency-Key", "k").want(t, 201, "", "")
	inside.Store(true)
	if again := h.rest("webhooks.create", token, p, "Idempotency-Key", "k"); again.status != 201 || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%d %s", again.status, again.body)
	}
	h.rest("webhooks.create", token, p, "Idempotency-Key", "other").want(t, 400, "invalid", "url cannot be called: the address is private")
}
