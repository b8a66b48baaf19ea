package usage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/session/fact"
	"partyline/actors/sessions"
	"partyline/protocol"
)

// Names of kinds.
const (
	Votes         = "votes"
	PollVotes     = "votes in polls"
	SessionEvents = "other events of sessions"
	Webhooks      = "webhooks"
	Tokens        = "tokens"
	Games         = "games"
	OtherRecords  = "other records"
)

// Counter adds up what a journal holds. The records of one stream must come one after the
// other. Its memory grows with the days on which something happened, not with the records.
type Counter struct {
	keep    []time.Duration
	kinds   map[string]*Kind
	votes   int64
	polls   int64
	count   int64 // of sessions
	largest []Session
	oldest  time.Time
	newest  time.Time
	byDay   map[int64]*day
	current *running // the session whose records come, nil for none
}

// day is what happened on one day, in UTC.
type day struct {
	votes, bytes int64
	// closed are the sessions that were closed on it, whose votes can be folded.
	closed Freed
}

// New makes a Counter that tells of each of the durations what keeping votes for so long
// would free.
func New(keep []time.Duration) *Counter {
	return &Counter{keep: keep, kinds: map[string]*Kind{}, byDay: map[int64]*day{}}
}

// Add adds entries that are no records to a kind.
func (c *Counter) Add(kind string, entries, bytes int64) {
	k, ok := c.kinds[kind]
	if !ok {
		k = &Kind{Name: kind}
		c.kinds[kind] = k
	}
	k.Entries += entries
	k.Bytes += bytes
}

// AddRecords adds records of a stream that were committed together and take so many bytes.
// each calls its argument with each of them.
func (c *Counter) AddRecords(stream string, at time.Time, bytes int64, each func(func(data []byte))) {
	total := int64(0)
	each(func(data []byte) { total += int64(len(data)) })
	if c.oldest.IsZero() || at.Before(c.oldest) {
		c.oldest = at
	}
	if at.After(c.newest) {
		c.newest = at
	}
	d := c.day(at)
	d.bytes += bytes
	session := c.follow(stream)
	each(func(data []byte) {
		share := bytes * int64(len(data)) / max(1, total)
		if session == nil {
			c.Add(kindOf(stream), 1, share)
			return
		}
		d.votes += c.addSessionRecord(session, at, data)
	})
	if session != nil {
		c.addSessionBytes(session, bytes, total)
	}
}

// addSessionRecord counts a record of a session, and returns its votes for games. Its bytes
// are counted with those of its chunk.
func (c *Counter) addSessionRecord(s *running, at time.Time, data []byte) (votes int64) {
	kind := SessionEvents
	defer func() {
		s.chunk[kind] += int64(len(data))
		c.Add(kind, 1, 0)
	}()
	s.Records++
	b, _, err := ledger.SplitRecord(data)
	if err != nil {
		return 0
	}
	votes, polls, err := fact.CountVotes(b)
	switch {
	case err != nil:
	case votes > 0:
		kind = Votes
	case polls > 0:
		kind = PollVotes
	default:
		s.read(b, at)
	}
	c.votes, c.polls, s.Votes = c.votes+votes, c.polls+polls, s.Votes+votes
	return votes
}

// addSessionBytes divides the bytes of a chunk among the kinds of its records.
func (c *Counter) addSessionBytes(s *running, bytes, total int64) {
	s.Bytes += bytes
	for kind, n := range s.chunk {
		c.Add(kind, 0, bytes*n/max(1, total))
	}
	clear(s.chunk)
}

func (c *Counter) day(at time.Time) *day {
	n := dayOf(at)
	d, ok := c.byDay[n]
	if !ok {
		d = &day{}
		c.byDay[n] = d
	}
	return d
}

func dayOf(at time.Time) int64 { return at.Unix() / int64(24*time.Hour/time.Second) }

// kindOf is the kind of the records of a stream that is no session's.
func kindOf(stream string) string {
	switch {
	case strings.HasPrefix(stream, routing.StreamPrefix):
		return Webhooks
	case stream == "access":
		return Tokens
	case stream == "catalogue":
		return Games
	}
	return OtherRecords
}

// SnapshotKind is the kind of the snapshot of a stream or projection.
func SnapshotKind(stream string) string {
	if _, ok := sessions.IDOf(stream); ok {
		return "snapshots of sessions"
	}
	if strings.HasPrefix(stream, routing.StreamPrefix) {
		return "snapshots of webhooks"
	}
	return "other snapshots"
}

// Report ends the counting. now is the machine's clock.
func (c *Counter) Report(now time.Time) *Report {
	c.follow("")
	r := &Report{Votes: c.votes, PollVotes: c.polls, Sessions: c.count, Largest: c.largest}
	for _, k := range c.kinds {
		r.Kinds = append(r.Kinds, *k)
	}
	slices.SortFunc(r.Kinds, func(a, b Kind) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	if k := c.kinds[Votes]; k != nil && c.votes > 0 {
		r.BytesPerVote = float64(k.Bytes) / float64(c.votes)
	}
	if !c.oldest.IsZero() {
		oldest, newest := protocol.TimestampOf(c.oldest), protocol.TimestampOf(c.newest)
		r.Oldest, r.Newest = &oldest, &newest
	}
	for _, days := range []int{1, 30} {
		r.Growth = append(r.Growth, c.growth(days))
	}
	for _, keep := range c.keep {
		r.KeepVotes = append(r.KeepVotes, c.freed(keep, now))
	}
	return r
}
