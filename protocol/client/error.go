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

// Error is an answer with a status other than 2xx.
type Error struct {
	// Call is the method and path, or the operation of a request by WebSocket.
	Call   string
	Status int
	// Answer is the answer as it came.
	Body []byte
	// Refusal is the server's error; nil when the answer is not the server's, such as that of
	// a proxy in front of a server that is down. Its RetryAfter is that of the header, 0
	// without one.
	Refusal *protocol.Error
}

func (e *Error) Error() string {
	if e.Refusal == nil {
		return fmt.Sprintf("%s: answered %d %s", e.Call, e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("%s: %d %v", e.Call, e.Status, e.Refusal)
}

// Unwrap returns the server's *protocol.Error.
func (e *Error) Unwrap() error {
	if e.Refusal == nil {
		return nil
	}
	return e.Refusal
}

// Refused reports whether err is an error of the server with that code.
func Refused(err error, code protocol.Code) bool {
	e, ok := errors.AsType[*protocol.Error](err)
	return ok && e.Code == code
}

// newError reads an answer with a status other than 2xx into an Error.
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

// refusal decodes the server's error from an answer, nil when there is none.
func refusal(text []byte) *protocol.Error {
	var e protocol.Error
	if json.Unmarshal(text, &e) != nil || e.Message == "" {
		return nil
	}
	return &e
}
