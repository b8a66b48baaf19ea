package receiver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// Tally is what the endpoints have counted. Times are nanoseconds since 1970.
type Tally struct {
	// Accepted deliveries, of all endpoints; Wrong requests were no good ones.
	Accepted int `json:"accepted"`
	Wrong    int `json:"wrong"`
	// Disordered came after a later one.
	Disordered int `json:"disordered"`
	// Last is when the newest was accepted.
	Last int64 `json:"last"`
	// Latency is from the moment in the voter's name to the request's arrival.
	Latency report.Summary `json:"latency"`
}

type tally struct {
	mu      sync.Mutex
	said    Tally
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
		t.said.Disordered++
	}
	t.newest[endpoint] = id
	t.said.Accepted++
	t.said.Last = now.UnixNano()
	if found && err == nil {
		t.latency.Record(now.Sub(time.Unix(0, moment)))
	}
}

func (t *tally) wrong() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said.Wrong++
}

// ServeHTTP tells the tally as JSON.
func (t *tally) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	t.mu.Lock()
	said := t.said
	t.mu.Unlock()
	said.Latency = t.latency.Summary()
	_ = json.NewEncoder(w).Encode(said)
}
