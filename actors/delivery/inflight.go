package delivery

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/rules/webhook"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// Sender makes one attempt to deliver. It is called from many goroutines, once at a time
// for each webhook.
type Sender interface {
	// Deliver returns soon after ctx ends, whatever the endpoint does.
	Deliver(ctx context.Context, d webhook.Dispatch) webhook.Attempt
	// Forget closes what is kept for a webhook that is deleted: nothing more is sent to it.
	Forget(id protocol.WebhookID)
}

// maxAttemptTime bounds an attempt whose Sender does not keep its own deadline.
const maxAttemptTime = 30 * time.Second

// inFlight are the attempts under way: one goroutine each, ended by the answer of the
// endpoint, its deadline, or cancel.
type inFlight struct {
	sender  Sender // nil delivers nothing
	log     zerolog.Logger
	ctx     context.Context
	cancel  context.CancelFunc // cancels all attempts, and every later one
	running sync.WaitGroup
}

func newInFlight(s Sender, log zerolog.Logger) *inFlight {
	f := &inFlight{sender: s, log: log}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

// start makes the attempt and calls done with its outcome, from another goroutine. canceled
// says that the hub canceled the attempt, so its outcome is unknown.
func (f *inFlight) start(d webhook.Dispatch, done func(a webhook.Attempt, canceled bool)) (cancel context.CancelFunc) {
	ctx, cancel := context.WithTimeout(f.ctx, maxAttemptTime)
	f.running.Go(func() {
		defer cancel()
		a := f.deliver(ctx, d)
		done(a, a.Status == 0 && context.Cause(ctx) == context.Canceled)
	})
	return cancel
}

// deliver turns a panic of the Sender into a failed attempt.
func (f *inFlight) deliver(ctx context.Context, d webhook.Dispatch) (a webhook.Attempt) {
	began := time.Now()
	defer func() {
		if r := recover(); r != nil {
			f.log.Error().Interface("panic", r).Int64("webhook", int64(d.Webhook)).Bytes("stack", debug.Stack()).Msg("sender panicked")
			a = webhook.Attempt{At: protocol.TimestampOf(began), Took: time.Since(began), Failure: webhook.FailureHTTP, Error: "internal error"}
		}
	}()
	return f.sender.Deliver(ctx, d)
}

// wait returns when all attempts have ended, or with ctx.
func (f *inFlight) wait(ctx context.Context) { runtime.WaitFor(ctx, &f.running) }
