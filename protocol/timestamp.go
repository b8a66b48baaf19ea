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

// Stamp is when somebody says that something has happened: a Timestamp, read with one
// difference. Without decimals it means the end of its second, so
// "2024-01-15T12:00:00Z" is read as "2024-01-15T12:00:00.999Z": who tells time by the
// second can say no more than that it happened within it, and a game that began in the
// middle of that second is the one that was voted on.
type VoteTimestamp Timestamp

// endOfSecond is the last millisecond of a second, counted from its first.
const lastMillisecond = 999

// Stamp is the moment as a stamp, for commands that are made in Go.
func (t Timestamp) VoteTimestamp() *VoteTimestamp { return (*VoteTimestamp)(&t) }

// ParseVoteTimestamp reads RFC 3339 as ParseTimestamp does.
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

// Timestamp is the moment.
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

// Moment is when something is decided, told by two clocks.
type ClockReading struct {
	// Clock is what the machine's clock says. It is what people are told, and it may be
	// wrong: set back, set ahead, and put right again.
	Wall Timestamp
	// Steady is what the clock said when the hub started and the time that has passed
	// since. It never jumps. It is as right as the clock was at the start.
	Monotonic Timestamp
}

// At is a moment of a clock that was never set.
func ReadingOf(t Timestamp) ClockReading { return ClockReading{t, t} }

// Ahead is how far the clock has been set ahead since the start, below 0 when back.
func (m ClockReading) WallAhead() Timestamp { return m.Wall - m.Monotonic }

// Earlier is the earlier of the two: what has run out by it has run out by both.
func (m ClockReading) Earlier() Timestamp { return min(m.Wall, m.Monotonic) }
