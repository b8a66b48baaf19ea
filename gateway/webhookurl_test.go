package gateway_test

import (
	"errors"
	"strings"
	"testing"

	"partyline/gateway"
)

func TestAURLThatCannotBeCalledIsRefusedWhenItIsTypedIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *gateway.Options) {
		o.CheckURL = func(url string) error {
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
