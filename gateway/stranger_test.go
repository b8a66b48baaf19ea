package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"partyline/protocol"
)

// Whoever needs no token cannot have the server hold a mebibyte per connection.
func TestStrangersSendSmallBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	seen := 0
	for _, row := range protocol.Operations() {
		if row.Access != protocol.AccessAnyone || row.Method == http.MethodGet {
			continue
		}
		seen++
		body := `{"x":"` + strings.Repeat("x", protocol.MaxOpenBody) + `"}`
		if a := h.send(row.Method, row.Path, "", body); a.status != 413 {
			t.Errorf("%s: %d %s", row.Op, a.status, a.body)
		}
	}
	if seen < 2 {
		t.Errorf("%d such operations", seen)
	}
}
