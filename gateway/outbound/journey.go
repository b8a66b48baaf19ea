package outbound

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"partyline/actors/webhook"
)

// stage is how far an attempt has come: it says what a timeout waited for.
type stage int32

const (
	waiting    stage = iota // connected, for the answer; where an attempt on a kept connection begins
	resolving               // the host name
	connecting              // to one of its addresses
	securing                // the connection, by TLS
	reading                 // the answer's body
)

var timeouts = [...]*refusal{
	waiting:    {webhook.FailureTimeout, "no answer came in time"},
	resolving:  {webhook.FailureTimeout, "the host name was not resolved in time"},
	connecting: {webhook.FailureTimeout, "the connection was not made in time"},
	securing:   {webhook.FailureTimeout, "the TLS handshake was not done in time"},
	reading:    {webhook.FailureTimeout, "the answer did not end in time"},
}

// journey is one attempt on its way. A transport dials with a context that does not
// end with the request's, so that it can keep the connection; the dialling of an
// attempt must end with the attempt, so it takes the context from here.
type journey struct {
	ctx   context.Context
	stage atomic.Int32
}

type journeyKey struct{}

// embark returns the context for the request of a new journey.
func embark(ctx context.Context) (context.Context, *journey) {
	j := &journey{ctx: ctx}
	return context.WithValue(ctx, journeyKey{}, j), j
}

// journeyOf finds the journey again in the context of a dial.
func journeyOf(ctx context.Context) *journey {
	if j, ok := ctx.Value(journeyKey{}).(*journey); ok {
		return j
	}
	return &journey{ctx: ctx}
}

func (j *journey) reach(s stage) { j.stage.Store(int32(s)) }

// refusal says what an error on the way means. The end of the attempt's time is told
// apart first: it surfaces as many different errors.
func (j *journey) refusal(err error) *refusal {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(j.ctx.Err(), context.Canceled):
		return errCalledOff
	case j.late(err):
		return timeouts[j.stage.Load()]
	}
	return httpRefusal(err)
}

// late says whether the error is that time ran out. A socket's deadline may fire a
// moment before the context's.
func (j *journey) late(err error) bool {
	var n net.Error
	return j.ctx.Err() != nil || errors.As(err, &n) && n.Timeout()
}
