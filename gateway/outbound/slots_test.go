package outbound_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
	"partyline/protocol"
)

// As many attempts as there may be connections are held: each is a file, and the journal needs
// some, too.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	const most = 2
	arrived, held := make(chan struct{}, 10), make(chan struct{})
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-held
	})
	s := newSender(t, func(o *outbound.Options) { o.MaxConnections = most })
	deliverAs := func(ctx context.Context, id protocol.WebhookID) webhook.Attempt {
		d := dispatch(r.URL)
		d.Webhook = id
		return s.Deliver(ctx, d)
	}
	var all sync.WaitGroup
	for id := range protocol.WebhookID(most) {
		all.Go(func() {
			if a := deliverAs(t.Context(), id+1); a.Status != http.StatusOK {
				t.Errorf("%+v", a)
			}
		})
	}
	for range most {
		<-arrived
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if a := deliverAs(ctx, most+1); a.Failure != webhook.FailureTimeout || len(r.all()) != most {
		t.Errorf("%+v, and %d attempts have arrived, want %d", a, len(r.all()), most)
	}
	close(held)
	all.Wait()
	for id := range protocol.WebhookID(5) {
		if a := deliverAs(t.Context(), id+1); a.Status != http.StatusOK {
			t.Errorf("%+v", a)
		}
	}
	// Long before idle ones would be closed anyway.
	for end := time.Now().Add(10 * time.Second); ; <-time.After(time.Millisecond) {
		_, open := r.connections()
		if open <= most {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections are kept, want %d at most", open, most)
		}
	}
}

// A waiting attempt ends with its context and with Close.
func TestWaitingAttemptIsCanceled(t *testing.T) {
	t.Parallel()
	arrived, held := make(chan struct{}), make(chan struct{})
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-held
	})
	defer close(held)
	s := newSender(t, func(o *outbound.Options) { o.MaxConnections = 1 })
	first := make(chan webhook.Attempt, 1)
	go func() { first <- s.Deliver(t.Context(), dispatch(r.URL)) }()
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := s.Deliver(ctx, dispatch(r.URL)); a.Failure != webhook.FailureTimeout || a.Status != 0 {
		t.Errorf("%+v", a)
	}
	second := make(chan webhook.Attempt, 1)
	go func() { second <- s.Deliver(t.Context(), dispatch(r.URL)) }()
	s.Close()
	for _, done := range []chan webhook.Attempt{first, second} {
		if a := <-done; a.Failure != webhook.FailureTimeout {
			t.Errorf("%+v", a)
		}
	}
}
