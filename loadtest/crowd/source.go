package crowd

import (
	"context"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// waitingJobs bounds the jobs that are due and not taken: ten seconds at 6,500 a second. Beyond
// that the schedule waits, but due times stay.
const waitingJobs = 1 << 16

// job is one request: votes first to first+n-1, due at one time.
type job struct {
	first oracle.Number
	n     int
	due   time.Duration
}

// source yields jobs: by schedule in open loop, on demand in closed loop.
type source struct {
	load *load
	// jobs is nil in closed loop.
	jobs chan job
	end  time.Duration
}

// newSource begins now. In open loop its schedule runs until the end or ctx.
func newSource(ctx context.Context, l *load) *source {
	src := &source{load: l, end: l.Votes.Now() + l.o.Duration}
	if l.o.Rate > 0 {
		src.jobs = make(chan job, waitingJobs)
		go src.schedule(ctx) // ends with the schedule
	}
	return src
}

// next waits for a job; ok is false at the end.
func (s *source) next() (j job, ok bool) {
	if s.jobs == nil {
		return s.now()
	}
	j, ok = <-s.jobs
	return j, ok
}

// more returns a job that is due already, if there is one.
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
	due, n := s.load.Votes.Now(), s.load.o.BatchSize
	if due >= s.end || s.load.Votes.Len()+n > oracle.MaxRows {
		return job{}, false
	}
	return job{first: s.load.Votes.Take(n), n: n, due: due}, true
}

// schedule releases every job at its time, and late ones at once.
func (s *source) schedule(ctx context.Context) {
	defer close(s.jobs)
	l, size := s.load.Votes, s.load.o.BatchSize
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

// sent notes the votes of a job as sent and returns them, and records how late that is.
func (s *source) sent(j job, votes []oracle.Vote) []oracle.Vote {
	now := time.Now()
	stamp := protocol.TimestampOf(now)
	s.load.late.Record(s.load.Votes.Since(now) - j.due)
	for i := range j.n {
		votes = append(votes, s.load.Votes.Sent(j.first+oracle.Number(i), j.due, stamp))
	}
	return votes
}
