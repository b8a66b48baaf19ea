package receiver

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"partyline/loadtest/oracle/webhook"
	"partyline/protocol"
)

// Receiver is any number of endpoints, at Path, and what they tell of themselves, at
// /journal and /tally. Methods may be called from any goroutine.
type Receiver struct {
	plan    Plan
	mux     *http.ServeMux
	journal journal
	tally   tally

	mu        sync.Mutex
	endpoints map[int]*endpoint
}

// New makes endpoints that do as planned.
func New(p Plan) *Receiver {
	r := &Receiver{plan: p, mux: http.NewServeMux(), endpoints: map[int]*endpoint{}}
	r.tally.newest = map[int]protocol.DeliveryID{}
	r.mux.HandleFunc("POST /endpoint/{endpoint}", r.receive)
	r.mux.Handle("GET /journal", &r.journal)
	r.mux.Handle("GET /tally", &r.tally)
	return r
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.mux.ServeHTTP(w, req) }

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
	if s.Wrong != "" {
		r.tally.wrong()
	}
	what, pause := r.decide(s)
	if !r.plan.Bare {
		r.journal.open(s)
	}
	if pause > 0 {
		time.Sleep(pause) // an endpoint that is slow
	}
	r.answer(w, req, s, what)
	if s.Status/100 == 2 && s.Wrong == "" {
		r.tally.accept(endpoint, s.Delivery, body, now)
	}
}

// read takes the delivery's names out of the request.
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

// decide asks the endpoint what to do and for how long to think about it.
func (r *Receiver) decide(s *webhook.Request) (failure, time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
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

// readID reads msg_<epoch>_<webhook>_<delivery>, followed by _ping_<n> for a probe, into s.
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
