package ecast

import (
	"errors"
	"fmt"
)

// Outcomes of observing a room, apart from network failures.
var (
	errRoomGone        = errors.New("the room is gone")
	errThrottled       = errors.New("the service limits our requests")
	errObserverRefused = errors.New("observers are not admitted")
	errClosedForGood   = errors.New("the connection was ended for good")
	errBadResponse     = errors.New("the response cannot be understood")
)

// The service's error codes that mean something to an observer.
const (
	codeNotFound  = 2013
	codeEnded     = 2027
	codeRateLimit = 2420
)

// serviceError is the result of an "error" frame.
type serviceError struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
}

// Error implements error. The message is not trusted: only its beginning is quoted.
func (e *serviceError) Error() string { return fmt.Sprintf("refused with %d: %.80q", e.Code, e.Msg) }

// Unwrap returns the outcome that the code stands for. Any other code (no such role, no
// permission, a password, a full or locked room) means that observers are not admitted.
func (e *serviceError) Unwrap() error {
	switch e.Code {
	case codeNotFound, codeEnded:
		return errRoomGone
	case codeRateLimit:
		return errThrottled
	}
	return errObserverRefused
}
