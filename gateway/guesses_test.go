package gateway_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"partyline/protocol"
)

// Guesses that come at the same time were looked at before any of them was counted.
func TestParallelGuessesCountLikeSequential(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	var told atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if a := h.rest("auth.login", "", params{"key": "a wrong key"}); a.status == 401 {
				told.Add(1)
			}
		})
	}
	all.Wait()
	if n := told.Load(); n != 10 {
		t.Errorf("%d guesses were answered", n)
	}
}

// Whoever needs no token, or gets a guest's for a code on a screen, cannot have the server
// hold a mebibyte per connection.
func TestBodiesWithoutTokenAreSmall(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	tokens := map[protocol.Access]string{protocol.AccessAnyone: "", protocol.AccessGuest: h.guest(1, 0xa)}
	seen := 0
	for _, row := range protocol.Operations() {
		token, strange := tokens[row.Access]
		if !strange || row.Method == http.MethodGet {
			continue
		}
		seen++
		body := `{"x":"` + strings.Repeat("x", protocol.MaxSmallBody) + `"}`
		if a := h.send(row.Method, row.Path, token, body); a.status != 413 {
			t.Errorf("%s: %d %s", row.Op, a.status, a.body)
		}
	}
	if seen < 4 {
		t.Errorf("%d such operations", seen)
	}
}
