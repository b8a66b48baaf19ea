package protocol

import (
	"encoding/json"
	"fmt"
	"time"
)

// Error is the error that a client gets. In JSON it is
// {"error": Message, "code": Code} with the details as further fields.
type Error struct {
	Code    Code
	Message string
	// RetryAfter is the least wait before another try; 0 lets the gateway choose for codes that may be retried.
	RetryAfter time.Duration
	// Details are further fields of the JSON object, such as activeSessionId.
	Details map[string]any
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// With returns a copy of the error with one more detail.
func (e *Error) With(name string, value any) *Error {
	d := make(map[string]any, len(e.Details)+1)
	for k, v := range e.Details {
		d[k] = v
	}
	d[name] = value
	c := *e
	c.Details = d
	return &c
}

// MarshalJSON implements json.Marshaler.
func (e *Error) MarshalJSON() ([]byte, error) {
	m := make(map[string]any, len(e.Details)+2)
	for k, v := range e.Details {
		m[k] = v
	}
	m["error"], m["code"] = e.Message, e.Code
	return json.Marshal(m)
}

// UnmarshalJSON implements json.Unmarshaler. Fields other than error and code become details.
func (e *Error) UnmarshalJSON(b []byte) error {
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	e.Message, _ = m["error"].(string)
	code, _ := m["code"].(string)
	e.Code = Code(code)
	delete(m, "error")
	delete(m, "code")
	if len(m) > 0 {
		e.Details = m
	}
	return nil
}

// Errorf returns an Error with a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid is the error for invalid input. The message names the field.
func Invalid(format string, args ...any) *Error { return Errorf(CodeInvalid, format, args...) }

// NotFound is the error for a thing that does not exist: NotFound("Session") is "Session not found".
func NotFound(what string) *Error { return Errorf(CodeNotFound, "%s not found", what) }

// Overloaded is the error for a request that was not begun because too many are in flight.
func Overloaded() *Error {
	return Errorf(CodeOverloaded, "The server is overloaded, try again in a moment")
}

// ShuttingDown is the error for a request that was not begun because the server is draining.
func ShuttingDown() *Error { return Errorf(CodeDraining, "The server is shutting down") }

// TimedOut is the error for a command that was not answered in time: it may have been carried out.
func TimedOut() *Error {
	return Errorf(CodeTimeout, "No response in time; the outcome is unknown, send it again with the same Idempotency-Key")
}

// ReadTimedOut is the error for a query that was not answered in time: nothing was to be changed, so no outcome is unknown.
func ReadTimedOut() *Error { return Errorf(CodeTimeout, "No response in time, try again") }

// Internal is the error for a fault of the server. The reason is logged, never told to the client.
func Internal() *Error { return Errorf(CodeInternal, "Internal error") }
