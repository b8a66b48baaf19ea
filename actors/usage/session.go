package usage

import (
	"cmp"
	"slices"
	"time"

	"partyline/actors/rules/session/fact"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// MaxLargest bounds the list of the largest sessions.
const MaxLargest = 10

// running is a session whose records are being counted.
type running struct {
	Session
	stream  string
	deleted bool
	closed  time.Time // when it was closed, by the journal; zero while it is active
	// chunk are the bytes of the records of the present chunk, by kind.
	chunk map[string]int64
}

// follow returns the session of a stream, nil for another stream, and ends the one before.
func (c *Counter) follow(stream string) *running {
	if c.current != nil {
		if c.current.stream == stream {
			return c.current
		}
		c.end(c.current)
		c.current = nil
	}
	id, ok := sessions.IDOf(stream)
	if ok {
		c.current = &running{Session: Session{ID: id}, stream: stream, chunk: map[string]int64{}}
	}
	return c.current
}

// read takes what a fact that is no vote says of the session.
func (s *running) read(b []byte, at time.Time) {
	f, err := fact.Read(b)
	if err != nil {
		return
	}
	switch f := f.(type) {
	case *fact.Closed:
		s.closed = at
		s.ClosedAt = new(protocol.Timestamp)
		*s.ClosedAt = f.At
	case *fact.VotesFolded:
		s.ClosedAt, s.Folded = &f.Closed, true
	case *fact.Deleted:
		s.deleted = true
	}
}

// end counts a session whose records have all been seen.
func (c *Counter) end(s *running) {
	if s.deleted {
		return
	}
	c.count++
	if !s.closed.IsZero() && s.Votes > 0 {
		closed := &c.day(s.closed).closed
		closed.Sessions++
		closed.Votes += s.Votes
		closed.Bytes += s.Bytes
	}
	if len(c.largest) == MaxLargest && c.largest[MaxLargest-1].Bytes >= s.Bytes {
		return
	}
	c.largest = append(c.largest, s.Session)
	slices.SortFunc(c.largest, func(a, b Session) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.ID, b.ID)) })
	c.largest = c.largest[:min(len(c.largest), MaxLargest)]
}
