package protocol

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Optional distinguishes an absent field from one that is null: Set is false when absent,
// Value is nil when null.
type Optional[T any] struct {
	Set   bool
	Value *T
}

// UnmarshalJSON implements json.Unmarshaler; it is called only for fields that are present.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	o.Set = true
	return json.Unmarshal(b, &o.Value)
}

// IsZero reports whether the field is absent, so that omitzero leaves it out. A request
// without the field thus has another idempotency fingerprint than one where it is null.
func (o Optional[T]) IsZero() bool { return !o.Set }

// MarshalJSON implements json.Marshaler.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.Value) }

// Duration is a time.Duration that is given in JSON as a number of seconds or as text such
// as "90s", "12h" or "30d".
type Duration time.Duration

var errDuration = errors.New(`must be a number of seconds or a duration such as "12h" or "30d"`)

// UnmarshalJSON implements json.Unmarshaler.
func (d *Duration) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var seconds int64
	if json.Unmarshal(b, &seconds) == nil {
		return d.setSeconds(seconds)
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return errDuration
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil {
			return errDuration
		}
		return d.setSeconds(n * 86400)
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 || v > maxDuration {
		return errDuration
	}
	*d = Duration(v)
	return nil
}

func (d *Duration) setSeconds(n int64) error {
	if n < 0 || n > int64(maxDuration/time.Second) {
		return errDuration
	}
	*d = Duration(time.Duration(n) * time.Second)
	return nil
}

// MarshalJSON implements json.Marshaler: whole seconds.
func (d Duration) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(time.Duration(d)/time.Second), 10), nil
}

// maxDuration is far above every limit of the protocol and far below what a time.Duration holds.
const maxDuration = 100 * 365 * 24 * time.Hour
