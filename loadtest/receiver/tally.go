package receiver

import (
	"bytes"
	"strconv"
	"time"

	"partyline/loadtest/oracle/webhook"
	"partyline/loadtest/report"
)

// Tally counts what the endpoints received. Times are nanoseconds since 1970.
type Tally struct {
	// Accepted counts deliveries, of all endpoints; Wrong counts requests that were not good ones.
	Accepted int
	Wrong    int
	// Disordered counts deliveries that came after a later one.
	Disordered int
	// Last is when the newest was accepted.
	Last int64
	// Latency is from the moment in the voter's name to the request's arrival.
	Latency report.Summary
}

// Voter is a voter's name that contains the time of the vote.
func Voter(moment time.Time) string { return voterPrefix + strconv.FormatInt(moment.UnixNano(), 10) }

const voterPrefix = "at-"

var beforeMoment = []byte(`"username":"` + voterPrefix)

func (r *Receiver) accept(s *webhook.Request, body []byte, now time.Time) {
	_, rest, found := bytes.Cut(body, beforeMoment)
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	moment, err := strconv.ParseInt(string(digits), 10, 64)
	if found && err == nil {
		r.latency.Record(now.Sub(time.Unix(0, moment)))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.endpoints[s.Endpoint]
	if s.Delivery <= p.accepted {
		r.tally.Disordered++
	}
	p.accepted = s.Delivery
	r.tally.Accepted++
	r.tally.Last = now.UnixNano()
}

// Tally is what has been counted so far.
func (r *Receiver) Tally() Tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tally
	t.Latency = r.latency.Summary()
	return t
}
