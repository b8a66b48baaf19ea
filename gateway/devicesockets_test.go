package gateway_test

import (
	"testing"

	"partyline/protocol"
)

// TestSocketsOfOneDeviceAreLimited: the oldest makes room, and others are not disturbed.
func TestSocketsOfOneDeviceAreLimited(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.guest(session, 0xa)
	open := func(token string) *client {
		k := h.dial()
		k.auth(token)
		return k
	}
	lives := func(k *client) {
		t.Helper()
		k.request("stats.get", nil).want(t, 200, "", "")
	}
	other, first, second := open(h.guest(session, 0xb)), open(token), open(token)
	third, fourth := open(token), open(token)
	fifth := open(token)
	if e := first.hearClose(); e.Code != 4009 || e.Reason != "This device has opened newer connections" {
		t.Fatal(e)
	}
	second.auth(token) // once more is no further socket
	second.auth(h.scoped(protocol.RoleViewer, session))
	sixth := open(token)
	for _, k := range []*client{other, second, third, fourth, fifth, sixth} {
		lives(k)
	}
}
