package outbound

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"partyline/actors/rules/webhook"
)

// stage is how far an attempt has come; a timeout reports it.
type stage int32

const (
	stageResponse stage = iota // connected, waiting for the response; where an attempt on a kept connection begins
	stageResolve               // resolving the host name
	stageConnect               // connecting to one of its addresses
	stageTLS                   // the TLS handshake
	stageBody                  // reading the response's body
)

var timeoutFailures = [...]*failure{
	stageResponse: {webhook.FailureTimeout, "no response came in time"},
	stageResolve:  {webhook.FailureTimeout, "the host name was not resolved in time"},
	stageConnect:  {webhook.FailureTimeout, "the connection was not made in time"},
	stageTLS:      {webhook.FailureTimeout, "the TLS handshake was not done in time"},
	stageBody:     {webhook.FailureTimeout, "the response did not end in time"},
}

// attemptTrace is the context and progress of one attempt. A transport dials with a context
// that does not end with the request's, so that it can keep the connection; the dialling of an
// attempt must end with the attempt, so it takes the context from here.
type attemptTrace struct {
	ctx   context.Context
	stage atomic.Int32
}

type traceKey struct{}

// newTrace returns the context for an attempt's request.
func newTrace(ctx context.Context) (context.Context, *attemptTrace) {
	trace := &attemptTrace{ctx: ctx}
	return context.WithValue(ctx, traceKey{}, trace), trace
}

// traceOf finds the attempt's trace in the context of a dial.
func traceOf(ctx context.Context) *attemptTrace {
	if trace, ok := ctx.Value(traceKey{}).(*attemptTrace); ok {
		return trace
	}
	return &attemptTrace{ctx: ctx}
}

func (trace *attemptTrace) enter(s stage) { trace.stage.Store(int32(s)) }

// failureOf classifies an error of the attempt. The end of the attempt's time is recognized
// first: it surfaces as many different errors.
func (trace *attemptTrace) failureOf(err error) *failure {
	var known *failure
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(trace.ctx.Err(), context.Canceled):
		return errCanceled
	case trace.timedOut(err):
		return timeoutFailures[trace.stage.Load()]
	}
	return httpFailure(err)
}

// timedOut is true when the error is that time ran out. A socket's deadline may fire a moment
// before the context's.
func (trace *attemptTrace) timedOut(err error) bool {
	var n net.Error
	return trace.ctx.Err() != nil || errors.As(err, &n) && n.Timeout()
}
