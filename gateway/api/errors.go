package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

// defaultRetryAfter is the wait for a client whose request may succeed later, when the
// error itself names none. A failing disk recovers slower than a full queue.
var defaultRetryAfter = map[protocol.Code]time.Duration{
	protocol.CodeKeyInFlight: time.Second,
	protocol.CodeTooMany:     time.Second,
	protocol.CodeOverloaded:  time.Second,
	protocol.CodeTimeout:     time.Second,
	protocol.CodeStarting:    2 * time.Second,
	protocol.CodeDraining:    2 * time.Second,
	protocol.CodeStorage:     5 * time.Second,
}

// ToClient turns any error into the one that the client gets. An error that is no
// *protocol.Error is a fault of the server: it is logged here, once, and the client gets
// the request's id instead of the reason.
func ToClient(log zerolog.Logger, err error, op, requestID string) *protocol.Error {
	var e *protocol.Error
	switch {
	case errors.As(err, &e):
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		e = errTimeout(op)
	default:
		log.Error().Err(err).Str("op", op).Str("request_id", requestID).Msg("request failed")
		e = protocol.Internal()
	}
	if e.Code.Meaning().Status >= http.StatusInternalServerError && !e.Code.Meaning().Retry {
		return e.With("requestId", requestID)
	}
	return e
}

// errTimeout says what a client knows that got no answer: one that only read may ask
// again.
func errTimeout(op string) *protocol.Error {
	if reads[op] {
		return protocol.ReadTimedOut()
	}
	return protocol.TimedOut()
}

// reads are the operations that change nothing.
var reads = func() map[string]bool {
	m := map[string]bool{}
	for _, o := range protocol.Operations() {
		m[o.Op] = !o.Write
	}
	return m
}()

// RetryAfterSeconds is how long a client is to wait before it tries again, in whole
// seconds; 0 when trying again would not help.
func RetryAfterSeconds(e *protocol.Error) int {
	if !e.Code.Meaning().Retry {
		return 0
	}
	d := e.RetryAfter
	if d == 0 {
		d = defaultRetryAfter[e.Code]
	}
	return max(1, int((d+time.Second-1)/time.Second))
}

// ErrorResponse is the response of an error, the same by REST and by WebSocket.
func ErrorResponse(e *protocol.Error) Response {
	if n := RetryAfterSeconds(e); n > 0 {
		e = e.With("retryAfter", n)
	}
	return Response{Status: e.Code.Meaning().Status, Body: e}
}

func SetRetryAfter(h http.Header, e *protocol.Error) {
	if n := RetryAfterSeconds(e); n > 0 {
		h.Set("Retry-After", strconv.Itoa(n))
	}
}
