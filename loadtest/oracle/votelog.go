package oracle

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"partyline/protocol"
)

// Number names a vote of the run, from 0. It is part of the voter's name, so that an event tells
// its vote.
type Number int

// Outcome is what a voter was answered.
type Outcome uint32

// The outcomes. A vote that was sent is Unknown until an answer comes.
const (
	Unsent Outcome = iota
	Unknown
	Acknowledged
	Refused
)

// Vote is one vote as it was sent.
type Vote struct {
	Number  Number
	Session int // which of the run's sessions, from 0
	Up      bool
	// Due is when the schedule wanted it sent, since the log began.
	Due     time.Duration
	Stamp   protocol.Timestamp
	Outcome Outcome
}

// VoteLog holds the votes that were sent and their outcomes. Methods may be called from any
// goroutine.
type VoteLog struct {
	began    time.Time
	sessions int
	next     atomic.Int64
	slots    table[slot]
}

// slot is written before its outcome becomes Unknown and read after that.
type slot struct {
	due     time.Duration
	stamp   protocol.Timestamp
	outcome atomic.Uint32
	// seen is the seq of the vote's event, 0 for none so far.
	seen atomic.Uint64
}

// NewVoteLog begins a run over so many sessions; votes go to them in turn.
func NewVoteLog(sessions int) *VoteLog {
	return &VoteLog{began: time.Now(), sessions: sessions}
}

// Now is the time since the log began.
func (l *VoteLog) Now() time.Duration { return time.Since(l.began) }

// Since is t on the log's clock.
func (l *VoteLog) Since(t time.Time) time.Duration { return t.Sub(l.began) }

// Take takes the next n numbers and returns the first.
func (l *VoteLog) Take(n int) Number { return Number(l.next.Add(int64(n))) - Number(n) }

// Len is how many numbers have been taken.
func (l *VoteLog) Len() int { return int(l.next.Load()) }

// Sent notes a vote before its first byte is sent; sending it again does not change it.
func (l *VoteLog) Sent(n Number, due time.Duration, stamp protocol.Timestamp) Vote {
	s := l.slots.at(int(n))
	s.due, s.stamp = due, stamp
	s.outcome.Store(uint32(Unknown))
	return l.vote(n, s)
}

// Settle notes what the voter was answered. Acknowledged is final.
func (l *VoteLog) Settle(n Number, o Outcome) {
	s := l.slots.at(int(n))
	if Outcome(s.outcome.Load()) != Acknowledged {
		s.outcome.Store(uint32(o))
	}
}

// Vote returns the vote of that number; ok is false when it was never sent.
func (l *VoteLog) Vote(n Number) (v Vote, ok bool) {
	if n < 0 || int(n) >= l.Len() {
		return v, false
	}
	s := l.slots.at(int(n))
	if Outcome(s.outcome.Load()) == Unsent {
		return v, false
	}
	return l.vote(n, s), true
}

// Due is when the schedule wanted a vote sent, since the log began.
func (l *VoteLog) Due(n Number) time.Duration {
	s := l.slots.at(int(n))
	s.outcome.Load() // orders the read after Sent
	return s.due
}

// seen notes the seq of a vote's event. When another event has the vote already it returns that
// seq.
func (l *VoteLog) seen(n Number, seq protocol.Seq) (other protocol.Seq) {
	s := l.slots.at(int(n))
	if s.seen.CompareAndSwap(0, uint64(seq)) {
		return 0
	}
	if was := s.seen.Load(); was != uint64(seq) {
		return protocol.Seq(was)
	}
	return 0
}

func (l *VoteLog) vote(n Number, s *slot) Vote {
	const ofFive, up = 5, 3 // three thumbs of five go up
	return Vote{Number: n, Session: int(n) % l.sessions, Up: n%ofFive < up, Due: s.due, Stamp: s.stamp, Outcome: Outcome(s.outcome.Load())}
}

// Username is the name that the vote is cast under: each vote has its own.
func (n Number) Username() string { return string(n.AppendUsername(nil)) }

// AppendUsername appends the name to dst.
func (n Number) AppendUsername(dst []byte) []byte {
	return strconv.AppendInt(append(dst, 'v'), int64(n), 10)
}

// numberOf reads a name back; -1 for any other name.
func numberOf(username []byte) Number {
	if len(username) < 2 || len(username) > 10 || username[0] != 'v' {
		return -1
	}
	n := 0
	for _, c := range username[1:] {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return Number(n)
}

const (
	chunkBits = 12
	chunkSize = 1 << chunkBits
	// maxChunks bounds a table at 33 million rows, an hour at 9,000 votes a second.
	maxChunks = 8192
	// MaxRows is how many votes or events a log can hold.
	MaxRows = maxChunks * chunkSize
)

// table is a slice that grows while others read it: rows never move.
type table[T any] struct {
	mu     sync.Mutex
	chunks [maxChunks]atomic.Pointer[[chunkSize]T]
}

// at returns row i, 0 ≤ i < MaxRows, which is made when it is asked for first.
func (t *table[T]) at(i int) *T {
	p := &t.chunks[i>>chunkBits]
	c := p.Load()
	if c == nil {
		c = t.grow(p)
	}
	return &c[i&(chunkSize-1)]
}

func (t *table[T]) grow(p *atomic.Pointer[[chunkSize]T]) *[chunkSize]T {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := p.Load(); c != nil {
		return c
	}
	c := new([chunkSize]T)
	p.Store(c)
	return c
}
