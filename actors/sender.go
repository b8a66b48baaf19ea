package actors

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/runtime"
	"partyline/actors/webhook"
	"partyline/protocol"
)

// Courier makes one attempt to deliver. It is called from many goroutines, once at a
// time for each webhook.
type Sender interface {
	// Deliver returns soon after ctx ends, whatever the endpoint does.
	Deliver(ctx context.Context, d webhook.Dispatch) webhook.Attempt
	// Forget is told of a webhook that is deleted: nothing more is sent to it.
	Forget(id protocol.WebhookID)
}

// flightLimit bounds an attempt whose courier has lost count of the time itself.
const flightLimit = 30 * time.Second

// flights are the attempts under way: one goroutine each, ended by the answer of the
// endpoint, its deadline, or land.
type flights struct {
	courier Sender
	log     zerolog.Logger
	life    context.Context
	land    context.CancelFunc
	air     sync.WaitGroup
}

func newFlights(c Sender, log zerolog.Logger) *flights {
	f := &flights{courier: c, log: log}
	f.life, f.land = context.WithCancel(context.Background())
	return f
}

// start makes the attempt; landed is told what came of it, from another goroutine.
// cut says that it was broken off by us, so nothing came of it.
func (f *flights) start(d webhook.Dispatch, landed func(a webhook.Attempt, cut bool)) (cancel context.CancelFunc) {
	ctx, cancel := context.WithTimeout(f.life, flightLimit)
	f.air.Go(func() {
		defer cancel()
		a := f.deliver(ctx, d)
		landed(a, a.Status == 0 && context.Cause(ctx) == context.Canceled)
	})
	return cancel
}

// deliver turns a panic of the courier into a failed attempt.
func (f *flights) deliver(ctx context.Context, d webhook.Dispatch) (a webhook.Attempt) {
	begun := time.Now()
	defer func() {
		if r := recover(); r != nil {
			f.log.Error().Interface("panic", r).Int64("webhook", int64(d.Webhook)).Bytes("stack", debug.Stack()).Msg("courier panicked")
			a = webhook.Attempt{At: protocol.TimestampOf(begun), Took: time.Since(begun), Failure: webhook.FailureHTTP, Error: "internal error"}
		}
	}()
	return f.courier.Deliver(ctx, d)
}

// wait returns when all have landed, or ctx ends.
func (f *flights) wait(ctx context.Context) { runtime.WaitFor(ctx, &f.air) }
