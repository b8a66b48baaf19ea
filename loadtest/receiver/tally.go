package receiver

import (
	"bytes"
	"strconv"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// Tally is what the endpoints have counted. Times are nanoseconds since 1970.
type Tally struct {
	// Accepted deliveries, of all endpoints; Wrong requests were no good ones.
	Accepted int
	Wrong    int
	// Disordered came after a later one.
	Disordered int
	// Last is when the newest was accepted.
	Last int64
	// Latency is from the moment in the voter's name to the request's arrival.
	Latency report.Summary
}

type tally struct {
	mu      sync.Mutex
	counted Tally
	newest  map[int]protocol.DeliveryID
	latency report.Histogram
}

// Voter is the name of a voter that carries the moment of the vote.
func Voter(moment time.Time) string { return voterPrefix + strconv.FormatInt(moment.UnixNano(), 10) }

const voterPrefix = "at-"

var beforeMoment = []byte(`"username":"` + voterPrefix)

func (t *tally) accept(endpoint int, id protocol.DeliveryID, body []byte, now time.Time) {
	_, rest, found := bytes.Cut(body, beforeMoment)
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	moment, err := strconv.ParseInt(string(digits), 10, 64)
	t.mu.Lock()
	defer t.mu.Unlock()
	if id <= t.newest[endpoint] {
		t.counted.Disordered++
	}
	t.newest[endpoint] = id
	t.counted.Accepted++
	t.counted.Last = now.UnixNano()
	if found && err == nil {
		t.latency.Record(now.Sub(time.Unix(0, moment)))
	}
}

func (t *tally) wrong() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counted.Wrong++
}

// Tally is what has been counted so far.
func (r *Receiver) Tally() Tally {
	r.tally.mu.Lock()
	defer r.tally.mu.Unlock()
	t := r.tally.counted
	t.Latency = r.tally.latency.Summary()
	return t
}
