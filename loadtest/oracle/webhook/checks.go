package webhook

import (
	"slices"

	"partyline/protocol"
)

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
