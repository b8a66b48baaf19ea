package protocol

import (
	"errors"
	"strings"
	"time"
)

// Timestamp is a moment in UTC, in milliseconds since 1970. In JSON it is RFC 3339
// with exactly three decimals: "2024-01-15T12:00:00.000Z".
type Timestamp int64

const timestampLayout = "2006-01-02T15:04:05.000Z"

// maxTimestamp is the last millisecond of the year 9999, the end of RFC 3339.
const maxTimestamp Timestamp = 253402300799999

// ErrTimestamp is the error for a text that is no such timestamp.
var ErrTimestamp = errors.New("not an RFC 3339 timestamp between the years 1970 and 9999")

// TimestampOf truncates a time to milliseconds.
func TimestampOf(t time.Time) Timestamp { return Timestamp(t.UnixMilli()) }

// ParseTimestamp parses RFC 3339 with any offset and any number of decimals (truncated to
// milliseconds), from 1970 to 9999. The error is ErrTimestamp.
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

// Time returns t as a time.Time in UTC.
func (t Timestamp) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }

func (t Timestamp) String() string { return t.Time().Format(timestampLayout) }

// AppendJSON appends the timestamp as a JSON string to dst.
func (t Timestamp) AppendJSON(dst []byte) []byte {
	dst = append(dst, '"')
	dst = t.append(dst)
	return append(dst, '"')
}

// append appends what String returns. Each vote has several timestamps, and time.AppendFormat
// takes four times as long, because it reads the layout each time.
func (t Timestamp) append(dst []byte) []byte {
	if t < 0 || t > maxTimestamp {
		return t.Time().AppendFormat(dst, timestampLayout)
	}
	const day = 24 * 60 * 60 * 1000
	year, month, dayOfMonth := t.Time().Date()
	ms := int(t % day)
	dst = append(appendDigits(dst, year, 4), '-')
	dst = append(appendDigits(dst, int(month), 2), '-')
	dst = append(appendDigits(dst, dayOfMonth, 2), 'T')
	dst = append(appendDigits(dst, ms/3_600_000, 2), ':')
	dst = append(appendDigits(dst, ms/60_000%60, 2), ':')
	dst = append(appendDigits(dst, ms/1000%60, 2), '.')
	return append(appendDigits(dst, ms%1000, 3), 'Z')
}

// appendDigits appends the last digits of n, with zeros in front.
func appendDigits(dst []byte, n, digits int) []byte {
	dst = append(dst, "0000"[:digits]...)
	for i := len(dst) - 1; digits > 0; i, digits = i-1, digits-1 {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
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

// quotedText returns the content of a JSON string. It does not decode escapes: a timestamp
// has none.
func quotedText(b []byte) (text string, ok bool) {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return "", false
	}
	return string(b[1 : len(b)-1]), true
}

// VoteTimestamp is the time that a client gives for a vote or a chat message. It differs from
// Timestamp in how it is parsed: without decimals it means the end of its second, so
// "2024-01-15T12:00:00Z" is read as "2024-01-15T12:00:00.999Z". A client that knows only the
// second knows no more than that the vote was cast within it, and if a game began in the
// middle of that second, the vote was for that game.
type VoteTimestamp Timestamp

// lastMillisecond is the last millisecond of a second, counted from its first.
const lastMillisecond = 999

// VoteTimestamp returns t for the timestamp field of a command made in Go.
func (t Timestamp) VoteTimestamp() *VoteTimestamp { return (*VoteTimestamp)(&t) }

// ParseVoteTimestamp parses RFC 3339 as ParseTimestamp does, with the end of the second when
// there are no decimals.
func ParseVoteTimestamp(s string) (VoteTimestamp, error) {
	t, err := ParseTimestamp(s)
	if err != nil {
		return 0, err
	}
	if !strings.ContainsAny(s, ".,") {
		t += lastMillisecond // the last second of 9999 has an end, too
	}
	return VoteTimestamp(t), nil
}

// Timestamp returns the time as a Timestamp.
func (s VoteTimestamp) Timestamp() Timestamp { return Timestamp(s) }

func (s VoteTimestamp) String() string { return Timestamp(s).String() }

// MarshalJSON implements json.Marshaler.
func (s VoteTimestamp) MarshalJSON() ([]byte, error) { return Timestamp(s).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (s *VoteTimestamp) UnmarshalJSON(b []byte) error {
	text, ok := quotedText(b)
	if !ok {
		return ErrTimestamp
	}
	v, err := ParseVoteTimestamp(text)
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ClockReading is one point in time, read from two clocks.
type ClockReading struct {
	// Wall is the machine's wall clock. It is what clients see, and it may be wrong: set
	// back, set ahead, and corrected later.
	Wall Timestamp
	// Monotonic is the wall clock at the start of the hub plus the time that has passed
	// since. It never jumps. It is as correct as the wall clock was at the start.
	Monotonic Timestamp
}

// ReadingOf is the reading when the wall clock was never set since the start.
func ReadingOf(t Timestamp) ClockReading { return ClockReading{t, t} }

// WallAhead is how far the wall clock has been set ahead since the start, negative when set back.
func (m ClockReading) WallAhead() Timestamp { return m.Wall - m.Monotonic }

// Earlier is the earlier of the two clocks: a deadline that has passed by it has passed by both.
func (m ClockReading) Earlier() Timestamp { return min(m.Wall, m.Monotonic) }
