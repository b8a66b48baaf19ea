package gateway_test

import (
	"context"
	"sync"
	"testing"

	"partyline/gateway"
	"partyline/protocol"
)

// studious is a hub whose readers of the vote history stay until they are let go.
type studious struct {
	gateway.Hub
	reading chan struct{}
	leave   chan struct{}
}

func (h *studious) Votes(ctx context.Context, _ protocol.VoteFilter) (protocol.VotePage, error) {
	select {
	case h.reading <- struct{}{}:
		<-h.leave
	case <-ctx.Done():
		return protocol.VotePage{}, ctx.Err()
	}
	return protocol.VotePage{Votes: []protocol.VoteRecord{}, Pagination: protocol.Pagination{Page: 1, Limit: 1}, LeftOut: []protocol.SessionID{}}, nil
}

// TestHistoryReadersExceptHostTakeTurns: whoever is not the host has one place, and the host
// waits for none of them.
func TestHistoryReadersExceptHostTakeTurns(t *testing.T) {
	t.Parallel()
	slow := &studious{reading: make(chan struct{}), leave: make(chan struct{})}
	h := newTestServer(t, func(o *gateway.Options) {
		slow.Hub = o.Hub
		o.Hub = slow
	})
	h.opened()
	admin, guest, bot, viewer := h.admin(), h.guest(1, 0xa), h.scoped(protocol.RoleBot, 0), h.scoped(protocol.RoleViewer, 0)
	var reading, waiting sync.WaitGroup
	read := func(all *sync.WaitGroup, token string, status int, code protocol.Code) {
		all.Go(func() { h.rest("votes.list", token, nil).want(t, status, code, "") })
	}
	read(&reading, "", 200, "")
	<-slow.reading
	for range 8 {
		read(&waiting, viewer, 503, protocol.CodeOverloaded) // as long as the stranger reads
	}
	read(&waiting, guest, 503, protocol.CodeOverloaded)
	read(&waiting, bot, 503, protocol.CodeOverloaded)
	for range 3 {
		read(&reading, admin, 200, "")
		<-slow.reading
	}
	refused := make(chan struct{})
	go func() {
		waiting.Wait()
		close(refused)
	}()
	select {
	case <-slow.reading:
		t.Error("somebody reads beside the stranger")
	case <-refused:
	}
	close(slow.leave)
	reading.Wait()
	read(&reading, guest, 200, "")
	<-slow.reading
	reading.Wait()
}
