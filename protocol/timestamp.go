package protocol

import (
	"errors"
	"time"
)

// Timestamp is a moment in UTC, in milliseconds since 1970. In JSON it is RFC 3339
// with exactly three decimals: "2024-01-15T12:00:00.000Z".
type Timestamp int64

const timestampLayout = "2006-01-02T15:04:05.000Z"

// maxTimestamp is the last millisecond of the year 9999, the end of RFC 3339.
const maxTimestamp Timestamp = 253402300799999

// ErrTimestamp is returned for a text that is no timestamp of ours.
var ErrTimestamp = errors.New("not an RFC 3339 timestamp between the years 1970 and 9999")

// TimestampOf cuts a time to milliseconds.
func TimestampOf(t time.Time) Timestamp { return Timestamp(t.UnixMilli()) }

// ParseTimestamp reads RFC 3339 with any offset and any number of decimals (cut to
// milliseconds), from 1970 to 9999.
func ParseTimestamp(s string) (Timestamp, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, ErrTimestamp
	}
	ts := TimestampOf(t)
	if ts < 0 || ts > maxTimestamp {
		return 0, ErrTimestamp
	}
	return ts, nil
}

// Time is the moment as a time.Time in UTC.
func (t Timestamp) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }

func (t Timestamp) String() string { return t.Time().Format(timestampLayout) }

// AppendJSON appends the quoted form to dst.
func (t Timestamp) AppendJSON(dst []byte) []byte {
	dst = append(dst, '"')
	dst = t.Time().AppendFormat(dst, timestampLayout)
	return append(dst, '"')
}

// MarshalJSON implements json.Marshaler.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return t.AppendJSON(make([]byte, 0, len(timestampLayout)+2)), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	text, ok := quotedText(b)
	if !ok {
		return ErrTimestamp
	}
	v, err := ParseTimestamp(text)
	if err != nil {
		return err
	}
	*t = v
	return nil
}

// quotedText is what stands between quotes; a timestamp needs no escapes.
func quotedText(b []byte) (text string, ok bool) {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return "", false
	}
	return string(b[1 : len(b)-1]), true
}
