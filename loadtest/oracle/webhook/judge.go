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
