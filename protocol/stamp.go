package protocol

import "strings"

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
