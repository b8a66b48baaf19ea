package protocol

import "strings"

// Stamp is when somebody says that something has happened: a Timestamp, read with one
// difference. Without decimals it means the end of its second, so
// "2024-01-15T12:00:00Z" is read as "2024-01-15T12:00:00.999Z": who tells time by the
// second can say no more than that it happened within it, and a game that began in the
// middle of that second is the one that was voted on.
type Stamp Timestamp

// endOfSecond is the last millisecond of a second, counted from its first.
const endOfSecond = 999

// Stamp is the moment as a stamp, for commands that are made in Go.
func (t Timestamp) Stamp() *Stamp { return (*Stamp)(&t) }

// ParseStamp reads RFC 3339 as ParseTimestamp does.
func ParseStamp(s string) (Stamp, error) {
	t, err := ParseTimestamp(s)
	if err != nil {
		return 0, err
	}
	if !strings.ContainsAny(s, ".,") {
		t += endOfSecond // the last second of 9999 has an end, too
	}
	return Stamp(t), nil
}

// Timestamp is the moment.
func (s Stamp) Timestamp() Timestamp { return Timestamp(s) }

func (s Stamp) String() string { return Timestamp(s).String() }

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) { return Timestamp(s).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (s *Stamp) UnmarshalJSON(b []byte) error {
	text, ok := quotedText(b)
	if !ok {
		return ErrTimestamp
	}
	v, err := ParseStamp(text)
	if err != nil {
		return err
	}
	*s = v
	return nil
}
