package ecast

import (
	"errors"
	"fmt"
)

// What can become of a room, apart from failures of the network.
var (
	errGone      = errors.New("the room is gone")
	errThrottled = errors.New("the service does not answer for now")
	errNoSeat    = errors.New("observers are not let in")
	errFinal     = errors.New("the connection was ended for good")
	errAnswer    = errors.New("the answer cannot be understood")
)

// The service's codes that mean something to an observer.
const (
	codeNotFound  = 2013
	codeEnded     = 2027
	codeRateLimit = 2420
)

// refusal is the result of an "error" frame.
type refusal struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
}

// Error implements error. The sentence is a stranger's: a piece of it is enough.
func (r *refusal) Error() string { return fmt.Sprintf("refused with %d: %.80q", r.Code, r.Msg) }

// Unwrap says what it means. Whatever else is wrong (no such role, no permission, a
// password, a full or locked room), there is no seat.
func (r *refusal) Unwrap() error {
	switch r.Code {
	case codeNotFound, codeEnded:
		return errGone
	case codeRateLimit:
		return errThrottled
	}
	return errNoSeat
}
