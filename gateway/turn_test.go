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

func (h *studious) Votes(context.Context, protocol.VoteFilter) (protocol.VotePage, error) {
	h.reading <- struct{}{}
	<-h.leave
	return protocol.VotePage{Votes: []protocol.VoteRecord{}, Pagination: protocol.Pagination{Page: 1, Limit: 1}}, nil
}

func TestStrangersReadTheHistoryInTurn(t *testing.T) {
	t.Parallel()
	slow := &studious{reading: make(chan struct{}), leave: make(chan struct{})}
	h := newHouse(t, func(o *gateway.Options) {
		slow.Hub = o.Hub
		o.Hub = slow
	})
	h.opened()
	guest, bot := h.guest(1, 0xa), h.scoped(protocol.RoleBot, 0)
	read := func(token string, status int, code protocol.Code) func() {
		return func() { h.rest("votes.list", token, nil).want(t, status, code, "") }
	}
	var first, others sync.WaitGroup
	first.Go(read("", 200, ""))
	<-slow.reading
	others.Go(read(guest, 503, protocol.CodeOverloaded)) // a guest is a stranger
	first.Go(read(bot, 200, ""))
	<-slow.reading // who has a token waits for nobody
	others.Wait()
	close(slow.leave)
	first.Wait()
	first.Go(read(guest, 200, ""))
	<-slow.reading
	first.Wait()
}
