package crowd

import (
	"context"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// waitingJobs bounds what is due and not yet taken: ten seconds at 6,500 a second.
// Beyond it the schedule waits, but due times stay what they were.
const waitingJobs = 1 << 16

// job is one request: votes first to first+n-1, due at one time.
type job struct {
	first oracle.Number
	n     int
	due   time.Duration
}

// source hands out jobs: by schedule in open loop, on demand in closed loop.
type source struct {
	load *load
	// jobs is nil in closed loop.
	jobs chan job
	end  time.Duration
}

// newSource begins now. In open loop it runs its schedule until the end or ctx.
func newSource(ctx context.Context, l *load) *source {
	src := &source{load: l, end: l.Ledger.Now() + l.o.Duration}
	if l.o.Rate > 0 {
		src.jobs = make(chan job, waitingJobs)
		go src.schedule(ctx) // ends with the schedule
	}
	return src
}

// next waits for a job; ok is false when there are no more.
func (s *source) next() (j job, ok bool) {
	if s.jobs == nil {
		return s.now()
	}
	j, ok = <-s.jobs
	return j, ok
}

// more is a job that is due already, if there is one.
func (s *source) more() (j job, ok bool) {
	if s.jobs == nil {
		return s.now()
	}
	select {
	case j, ok = <-s.jobs:
		return j, ok
	default:
		return j, false
	}
}

func (s *source) now() (job, bool) {
	due, n := s.load.Ledger.Now(), s.load.o.BatchSize
	if due >= s.end || s.load.Ledger.Len()+n > oracle.MaxRows {
		return job{}, false
	}
	return job{first: s.load.Ledger.Take(n), n: n, due: due}, true
}

// schedule releases every job at its time, those that are late at once.
func (s *source) schedule(ctx context.Context) {
	defer close(s.jobs)
	l, size := s.load.Ledger, s.load.o.BatchSize
	gap := time.Duration(float64(time.Second) * float64(size) / s.load.o.Rate)
	begin := s.end - s.load.o.Duration
	for k := time.Duration(0); ctx.Err() == nil; k++ {
		due := begin + k*gap
		if due >= s.end {
			return
		}
		pause(due - l.Now())
		select {
		case s.jobs <- job{first: l.Take(size), n: size, due: due}:
		case <-ctx.Done():
			return
		}
	}
}

// sent notes the votes of a job and returns them as they are to be sent. How late
// that is tells how much of the latencies is the crowd's own doing.
func (s *source) sent(j job, votes []oracle.Vote) []oracle.Vote {
	now := time.Now()
	stamp := protocol.TimestampOf(now)
	s.load.late.Record(s.load.Ledger.Since(now) - j.due)
	for i := range j.n {
		votes = append(votes, s.load.Ledger.Sent(j.first+oracle.Number(i), j.due, stamp))
	}
	return votes
}
