package webhook

import (
	"slices"
	"sort"
	"time"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// Run is all that is known of a run.
type Run struct {
	Hooks []Hook
	// Received are the requests of all endpoints, each endpoint's in order.
	Received []Request
	// Log is the events of all sessions, each session's in order.
	Log []Event
	// Lifetimes are those of the server, in order.
	Lifetimes []Lifetime
}

// Lifetime is a server from its start to its end, in nanoseconds since 1970. Between two nothing
// is sent.
type Lifetime struct {
	Started, Ready, Ended int64
}

// Verdict is the outcome of a run.
type Verdict struct {
	Events     int `json:"events"`
	Requests   int `json:"requests"`
	Accepted   int `json:"deliveries_accepted"`
	Dead       int `json:"dead"`
	Refused    int `json:"requests_not_accepted"`
	Doubles    int `json:"doubles"`
	Lost       int `json:"lost"`
	Disordered int `json:"out_of_order"`
	Unsigned   int `json:"wrong_requests"`
	// Resumed is from ready to the first request of each webhook that had no reason to wait;
	// before ready counts as 0.
	Resumed report.Summary `json:"ready_to_first_delivery"`
	report.Found
}

// judging is the check of a run.
type judging struct {
	Run
	Verdict
	findings report.Findings
	events   map[Key]Event
	// content is the event of each delivery, the same for all webhooks.
	content map[protocol.DeliveryID]Key
	resumed report.Histogram
}

// Judge checks a run.
func Judge(s Run) Verdict {
	t := &judging{Run: s, events: map[Key]Event{}, content: map[protocol.DeliveryID]Key{}}
	for _, e := range s.Log {
		t.events[e.Key] = e
	}
	if len(t.events) != len(s.Log) {
		t.findings.Add("the log holds %d events and %d different ones: they cannot be told apart", len(s.Log), len(t.events))
	}
	byEndpoint := map[int][]Request{}
	for i, v := range s.Received {
		byEndpoint[v.Endpoint] = append(byEndpoint[v.Endpoint], v)
		if first := s.Received[0].Epoch; v.Epoch != first {
			t.findings.Add("request %d: the epoch of its webhook-id is %q, that of the first was %q", i+1, v.Epoch, first)
		}
	}
	for i := range s.Hooks {
		t.hook(&s.Hooks[i], byEndpoint[s.Hooks[i].Endpoint])
		delete(byEndpoint, s.Hooks[i].Endpoint)
	}
	for endpoint, requests := range byEndpoint {
		t.findings.Add("endpoint %d: %d requests and no webhook", endpoint, len(requests))
	}
	t.Events, t.Requests, t.Resumed = len(s.Log), len(s.Received), t.resumed.Summary()
	t.Found = t.findings.Found()
	return t.Verdict
}

// hook checks one webhook.
func (t *judging) hook(h *Hook, requests []Request) {
	w := &checks{judging: t, hook: h, accepted: map[protocol.DeliveryID]int{}, refused: map[protocol.DeliveryID]int{}, doubles: map[int]int{}, last: map[protocol.SessionID]protocol.Seq{}, taken: map[Key]bool{}}
	for i := range requests {
		w.see(&requests[i])
	}
	w.checkLost()
	w.checkDead()
	t.checkResumption(h, requests)
}

// lifetimeAt is the number of the lifetime that a moment belongs to, -1 before the first.
func (t *judging) lifetimeAt(moment int64) int {
	return sort.Search(len(t.Lifetimes), func(i int) bool { return t.Lifetimes[i].Started > moment }) - 1
}

// resumeWithin is when deliveries must go on after the start.
const resumeWithin = 2 * time.Second

// checkResumption checks how soon deliveries go on after each restart. A webhook whose last
// request failed may wait; one whose last request was cut off by the end of the server may not.
func (t *judging) checkResumption(h *Hook, requests []Request) {
	for n := 1; n < len(t.Lifetimes); n++ {
		life := t.Lifetimes[n]
		first, _ := slices.BinarySearchFunc(requests, life.Started, func(s Request, at int64) int {
			if s.Began < at {
				return -1
			}
			return 1
		})
		if first > 0 && !t.ready(&requests[first-1]) {
			continue
		}
		switch within := life.Ready + resumeWithin.Nanoseconds(); {
		case first < len(requests) && requests[first].Began <= within:
			t.resumed.Record(time.Duration(requests[first].Began - life.Ready))
		case life.Ended > within && t.hasPending(h, requests[:first], life.Started):
			t.findings.Add("webhook %d: nothing came for %v after start %d", h.ID, time.Duration(life.Ended-life.Ready), n+1)
		}
	}
}

// hasPending is whether the webhook wants an event of before that time that its endpoint had not
// accepted by then.
func (t *judging) hasPending(h *Hook, requests []Request, before int64) bool {
	accepted := map[Key]bool{}
	for i := range requests {
		if requests[i].Accepted() || slices.Contains(h.Dead, requests[i].Delivery) {
			accepted[requests[i].Key] = true
		}
	}
	return slices.ContainsFunc(t.Log, func(e Event) bool { return e.At < before && h.wants(e) && !accepted[e.Key] })
}

// ready is whether a webhook has no reason to wait after that request: it was accepted, or its
// outcome was unknown when the server was killed.
func (t *judging) ready(s *Request) bool {
	ended := t.Lifetimes[max(t.lifetimeAt(s.Began), 0)].Ended
	return s.Accepted() || s.Ended == 0 || s.Ended > ended
}

// checks are the checks of one webhook's requests, in the order they came.
type checks struct {
	*judging
	hook *Hook
	// head is the newest delivery before this request.
	head   protocol.DeliveryID
	before *Request
	// accepted is the lifetime in which a delivery was accepted first.
	accepted map[protocol.DeliveryID]int
	refused  map[protocol.DeliveryID]int
	doubles  map[int]int
	last     map[protocol.SessionID]protocol.Seq
	taken    map[Key]bool
}

func (w *checks) see(s *Request) {
	defer func() { w.before = s }()
	if s.Wrong != "" || s.Hook != w.hook.ID || s.Redelivery && !slices.Contains(w.hook.Redelivered, s.Delivery) {
		w.Unsigned++
		w.findings.Add("webhook %d: a request that is not a good one of its own: %+v", w.hook.ID, *s)
		return
	}
	w.checkOneAtATime(s)
	if s.Ping {
		return
	}
	w.checkSameEvent(s)
	if s.Redelivery {
		return // beside the line
	}
	w.checkOrder(s)
	if s.Accepted() {
		w.accept(s)
		return
	}
	w.Refused++
	if s.refused() {
		w.refused[s.Delivery]++
	}
}

// checkOneAtATime: one attempt is under way at a time. One of a killed server may still be with
// the endpoint.
func (w *checks) checkOneAtATime(s *Request) {
	if b := w.before; b != nil && (b.Ended == 0 || b.Ended > s.Began) && w.lifetimeAt(b.Began) == w.lifetimeAt(s.Began) {
		w.findings.Add("webhook %d: delivery %d came while %d was under way", w.hook.ID, s.Delivery, b.Delivery)
	}
}

// checkSameEvent: a delivery is the same event in every attempt and for every webhook.
func (w *checks) checkSameEvent(s *Request) {
	if known, ok := w.content[s.Delivery]; ok && known != s.Key {
		w.findings.Add("webhook %d: delivery %d is another event than before", w.hook.ID, s.Delivery)
	}
	w.content[s.Delivery] = s.Key
}

// checkOrder: no delivery comes before an earlier one is accepted or dead.
func (w *checks) checkOrder(s *Request) {
	_, done := w.accepted[w.head]
	switch {
	case s.Delivery < w.head:
		w.Disordered++
		w.findings.Add("webhook %d: delivery %d came after %d", w.hook.ID, s.Delivery, w.head)
	case s.Delivery > w.head && w.head != 0 && !done && !slices.Contains(w.hook.Dead, w.head):
		w.Disordered++
		w.findings.Add("webhook %d: delivery %d came while %d was neither accepted nor dead", w.hook.ID, s.Delivery, w.head)
	}
	w.head = max(w.head, s.Delivery)
}

func (w *checks) accept(s *Request) {
	life := w.lifetimeAt(s.Began)
	if first, again := w.accepted[s.Delivery]; again {
		w.double(s, first, life)
		return
	}
	w.accepted[s.Delivery] = life
	w.Accepted++
	e, known := w.events[s.Key]
	if !known || !w.hook.wants(e) {
		w.findings.Add("webhook %d: delivery %d is no event that it should have", w.hook.ID, s.Delivery)
		return
	}
	if e.Seq <= w.last[e.Session] {
		w.Disordered++
		w.findings.Add("webhook %d: seq %d of session %d came after %d", w.hook.ID, e.Seq, e.Session, w.last[e.Session])
	}
	w.last[e.Session] = e.Seq
	w.taken[s.Key] = true
}

// double: a crash may repeat the one delivery whose outcome was not recorded.
func (w *checks) double(s *Request, first, life int) {
	w.Doubles++
	if w.doubles[life]++; w.doubles[life] > 1 {
		w.findings.Add("webhook %d: start %d doubled %d deliveries, the last %d", w.hook.ID, life+1, w.doubles[life], s.Delivery)
	}
	if first == life {
		w.findings.Add("webhook %d: delivery %d was doubled and no crash lies between", w.hook.ID, s.Delivery)
	}
	w.accepted[s.Delivery] = life
}

// checkLost: every wanted event was accepted, or is listed as dead.
func (w *checks) checkLost() {
	for _, id := range w.hook.Dead {
		w.taken[w.content[id]] = true
	}
	for _, e := range w.Log {
		if w.hook.wants(e) && !w.taken[e.Key] {
			w.Lost++
			w.findings.Add("webhook %d: lost seq %d of session %d, %s", w.hook.ID, e.Seq, e.Session, e.Type)
		}
	}
}

// deadAfter is how many refusals make a message dead.
const deadAfter = 5

// checkDead: what is dead was refused that often, and never accepted.
func (w *checks) checkDead() {
	for _, id := range w.hook.Dead {
		w.judging.Dead++
		if _, ok := w.accepted[id]; ok || w.refused[id] < deadAfter {
			w.findings.Add("webhook %d: delivery %d is dead, was refused %d times, accepted: %v", w.hook.ID, id, w.refused[id], ok)
		}
	}
}
