package actors_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// lostAnswer reports the next append to one stream as failed, though it is written.
type lostAnswer struct {
	persistence.Journal
	stream string
	armed  *atomic.Bool
}

func (j lostAnswer) Append(a persistence.Append) {
	if done := a.Done; a.Stream == j.stream && j.armed.CompareAndSwap(true, false) {
		a.Done = func(o persistence.Outcome) {
			o.Err = persistence.ErrUnavailable
			done(o)
		}
	}
	j.Journal.Append(a)
}

// startWith starts the hub with a random number or a clock of the test's own.
func (n *webhookHub) startWith(o actors.Options) {
	n.t.Helper()
	o.Journal, o.Sender = n.store(), n.sender
	h, err := actors.New(n.t.Context(), o)
	if err != nil {
		n.t.Fatal(err)
	}
	n.hub = h
}

// wantSentWithin waits until the webhook was sent so many deliveries.
func (n *webhookHub) wantSentWithin(id protocol.WebhookID, count int, limit time.Duration) {
	n.t.Helper()
	for end := time.Now().Add(limit); len(n.sender.log(id)) < count; rest(100 * time.Millisecond) {
		if time.Now().After(end) {
			n.t.Fatalf("%d deliveries within %v, want %d", len(n.sender.log(id)), limit, count)
		}
	}
}

// TestWebhookGoesOnWhenItsOutcomeWasRecordedAlready: the journal wrote an outcome and
// reported a failure; that must not cost the next event a minute.
func TestWebhookGoesOnWhenItsOutcomeWasRecordedAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		var armed atomic.Bool
		n.wrapped = lostAnswer{n.journal, "webhook/1", &armed}
		n.restart()
		id := n.hook(protocol.EventVoteReceived)
		n.sender.change(func(context.Context, webhook.Dispatch, int) webhook.Attempt {
			time.Sleep(time.Second)
			return webhook.Attempt{Status: 200}
		})
		n.vote()
		n.vote()
		armed.Store(true)
		n.wantSentWithin(id, 2, 5*time.Second)
	})
}

func TestWebhookGoesOnSoonAfterAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.stop()
		var panicked atomic.Bool
		n.startWith(actors.Options{Jitter: func() float64 {
			if !panicked.Swap(true) {
				panic("for the test")
			}
			return 0.5
		}})
		id := n.hook(protocol.EventVoteReceived)
		rest(90 * time.Second) // half-way between two ticks that all webhooks get
		n.vote()
		n.wantSentWithin(id, 1, 5*time.Second)
	})
}

// panicOn is a log that panics once, at a message.
type panicOn struct {
	message string
	did     atomic.Bool
}

func (p *panicOn) Write(line []byte) (int, error) {
	if strings.Contains(string(line), p.message) && !p.did.Swap(true) {
		panic("for the test")
	}
	return len(line), nil
}

// TestCloseDoesNotWaitForAWebhookThatPanicked: the webhook panics while the outcome of its last
// attempt is decided, and once more while that is logged.
func TestCloseDoesNotWaitForAWebhookThatPanicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newWebhookHub(t)
		n.stop()
		log := &panicOn{message: "state machine panicked"}
		var armed atomic.Bool
		n.startWith(actors.Options{Log: zerolog.New(log), Now: func() time.Time {
			if armed.CompareAndSwap(true, false) {
				panic("for the test")
			}
			return time.Now()
		}})
		n.hook(protocol.EventVoteReceived)
		n.sender.change(func(context.Context, webhook.Dispatch, int) webhook.Attempt {
			time.Sleep(1300 * time.Millisecond)
			armed.Store(true)
			return webhook.Attempt{Status: 200}
		})
		n.vote()
		synctest.Wait()
		begin := time.Now()
		n.stop()
		if d := time.Since(begin); d > 5*time.Second {
			t.Errorf("the hub closed after %v", d)
		}
		if !log.did.Load() {
			t.Error("nothing panicked")
		}
		n.start()
	})
}
