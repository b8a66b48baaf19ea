package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"partyline/protocol"
)

// Error is an answer that is not of status 2xx.
type Error struct {
	// Call is method and path, or the operation of a request over WebSocket.
	Call   string
	Status int
	// Answer is the answer as it came.
	Body []byte
	// Refusal is what the hub said; nil when somebody else has answered, such as a proxy
	// in front of a hub that is down. Its RetryAfter is that of the header, 0 without one.
	Refusal *protocol.Error
}

func (e *Error) Error() string {
	if e.Refusal == nil {
		return fmt.Sprintf("%s: answered %d %s", e.Call, e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("%s: %d %v", e.Call, e.Status, e.Refusal)
}

// Unwrap is the hub's *protocol.Error.
func (e *Error) Unwrap() error {
	if e.Refusal == nil {
		return nil
	}
	return e.Refusal
}

// Refused says whether err is the hub's refusal with that code.
func Refused(err error, code protocol.Code) bool {
	e, ok := errors.AsType[*protocol.Error](err)
	return ok && e.Code == code
}

// newError reads the answer of a call.
func newError(res *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: %w", res.Request.Method, res.Request.URL.Path, err)
	}
	e := &Error{Call: res.Request.Method + " " + res.Request.URL.Path, Status: res.StatusCode, Body: text, Refusal: refusal(text)}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && e.Refusal != nil {
		e.Refusal.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// refusal is the hub's error in an answer, nil for none.
func refusal(text []byte) *protocol.Error {
	var e protocol.Error
	if json.Unmarshal(text, &e) != nil || e.Message == "" {
		return nil
	}
	return &e
}
