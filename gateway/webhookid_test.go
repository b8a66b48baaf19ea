package gateway_test

import (
	"strings"
	"testing"

	"partyline/protocol"
)

// TestInvalidWebhookIDs: the reference API looks it up and does not find it, by every
// route and both ways. Ids of other things are 400.
func TestInvalidWebhookIDs(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	h.rest("webhooks.create", token, params{"name": "W", "url": "https://example.com/w", "secret": "mysecret123", "events": []string{"*"}}).want(t, 201, "", "")
	k := h.dial()
	k.auth(token)
	more := map[string]params{
		"webhooks.update": {"name": "V"}, "webhooks.rotate": {"secret": "mysecret456"}, "webhooks.replay": {"failed": true},
		"webhooks.redeliver": {"deliveryId": 1},
	}
	tried := 0
	for _, row := range protocol.Operations() {
		if !strings.HasPrefix(row.Op, "webhooks.") || !strings.Contains(row.Path, "{id}") {
			continue
		}
		tried++
		with := func(id any) params {
			p := params{"id": id}
			for name, v := range more[row.Op] {
				p[name] = v
			}
			return p
		}
		for _, id := range []string{"abc", "0", "-1", "1.5", "1e3", "99999999999999999999", "7"} {
			h.rest(row.Op, token, with(id)).want(t, 404, "not_found", "Webhook not found")
		}
		for _, id := range []any{"abc", "", -1, 1.5, 1e30, true, []any{}, params{}, 7} {
			k.request(row.Op, with(id)).want(t, 404, "not_found", "Webhook not found")
		}
		k.request(row.Op, with("1")).want(t, 400, "invalid", "id must be a number") // it is there
		p := with(1)
		delete(p, "id")
		k.request(row.Op, p).want(t, 400, "invalid", "id must be a positive integer")
	}
	if tried < 9 {
		t.Errorf("%d operations", tried)
	}
	h.rest("webhooks.redeliver", token, params{"id": 1, "deliveryId": "x"}).want(t, 400, "invalid", "deliveryId must be a positive integer")
}
