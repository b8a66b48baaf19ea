package receiver

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"partyline/loadtest/oracle/webhook"
	"partyline/loadtest/report"
	"partyline/protocol"
)

// Receiver is any number of endpoints, at Path, and what they received. Methods may be called from
// any goroutine.
type Receiver struct {
	// URL is scheme and host; see Path.
	URL string

	plan   Plan
	server *http.Server
	served chan error

	mu        sync.Mutex
	endpoints map[int]*endpoint
	requests  []*webhook.Request
	tally     Tally
	latency   report.Histogram
}

// Start serves endpoints on a free port of the loopback. Close it.
func Start(p Plan) (*Receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Receiver{URL: "http://" + l.Addr().String(), plan: p, served: make(chan error, 1), endpoints: map[int]*endpoint{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /endpoint/{endpoint}", r.receive)
	r.server = &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { r.served <- r.server.Serve(l) }() // ends with Close
	return r, nil
}

// Close ends all connections.
func (r *Receiver) Close() error {
	err := r.server.Close()
	<-r.served
	return err
}

// Secret is the secret of an endpoint, from 1: odd ones in the form of Standard Webhooks, even
// ones as plain text.
func Secret(endpoint int) string {
	key := fmt.Sprintf("the key of endpoint number %d", endpoint)
	if endpoint%2 == 1 {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key))
	}
	return key
}

// Path is where an endpoint listens.
func Path(endpoint int) string { return fmt.Sprintf("/endpoint/%d", endpoint) }

// Requests are all requests, in the order they came; none when the plan is bare.
func (r *Receiver) Requests() []webhook.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]webhook.Request, len(r.requests))
	for i, s := range r.requests {
		all[i] = *s
	}
	return all
}

// maxBody is far above what an event has.
const maxBody = 1 << 20

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	endpoint, err2 := strconv.Atoi(req.PathValue("endpoint"))
	if err != nil || err2 != nil {
		return // the server was killed in the middle of it
	}
	now := time.Now()
	s := &webhook.Request{Endpoint: endpoint, Began: now.UnixNano(), Wrong: Verify(Secret(endpoint), req.Header, body, now)}
	r.read(s, req.Header, body)
	what, pause := r.decide(s)
	if pause > 0 {
		time.Sleep(pause) // an endpoint that is slow
	}
	r.answer(w, req, s, what)
	if s.Status/100 == 2 && s.Wrong == "" {
		r.accept(s, body, now)
	}
}

// read takes the ids out of the request.
func (r *Receiver) read(s *webhook.Request, h http.Header, body []byte) {
	err := readID(h.Get("webhook-id"), s)
	if err != nil {
		s.Wrong = err.Error()
	}
	s.Redelivery = h.Get("webhook-redelivery") != ""
	if r.plan.Bare {
		return
	}
	if s.Key, err = webhook.ReadBody(body); err != nil {
		s.Wrong = err.Error()
	}
}

// decide records the request and asks the endpoint how to answer, and after which pause.
func (r *Receiver) decide(s *webhook.Request) (failure, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.plan.Bare {
		r.requests = append(r.requests, s)
	}
	if s.Wrong != "" {
		r.tally.Wrong++
	}
	p := r.endpoints[s.Endpoint]
	if p == nil {
		p = newEndpoint(&r.plan, s.Endpoint)
		r.endpoints[s.Endpoint] = p
	}
	if s.Ping {
		return failure{}, 0
	}
	return p.receive(s.Delivery), p.pause()
}

// ended records the end of a request; status is 0 without a whole answer.
func (r *Receiver) ended(s *webhook.Request, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Ended, s.Status = time.Now().UnixNano(), status
}

// readID reads msg_<epoch>_<webhook>_<delivery>, followed by _ping_<n> for a ping, into s.
func readID(id string, s *webhook.Request) error {
	parts := strings.Split(id, "_")
	s.Ping = len(parts) == 6 && parts[4] == "ping"
	if parts[0] != "msg" || len(parts) != 4 && !s.Ping || parts[1] == "" {
		return fmt.Errorf("webhook-id %q", id)
	}
	h, err := strconv.ParseInt(parts[2], 10, 64)
	d, err2 := strconv.ParseInt(parts[3], 10, 64)
	if err != nil || err2 != nil || h < 1 || d < 1 {
		return fmt.Errorf("webhook-id %q", id)
	}
	s.Epoch, s.Hook, s.Delivery = protocol.Epoch(parts[1]), protocol.WebhookID(h), protocol.DeliveryID(d)
	return nil
}

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
