package limit

import "slices"

// fairQueue is a queue for each reader; readers have one turn after the other. The zero
// value is empty.
type fairQueue struct {
	waiting map[reader][]chan struct{}
	order   []reader // who waits, the next one first
}

// push is false when the reader has as many waiting as one may.
func (q *fairQueue) push(who reader, mine chan struct{}) bool {
	if len(q.waiting[who]) == int(HistoryWaiting.Most) {
		return false
	}
	if q.waiting == nil {
		q.waiting = map[reader][]chan struct{}{}
	}
	if len(q.waiting[who]) == 0 {
		q.order = append(q.order, who)
	}
	q.waiting[who] = append(q.waiting[who], mine)
	return true
}

// pop is the oldest that waits of the reader whose turn it is, nil when none waits.
func (q *fairQueue) pop() chan struct{} {
	if len(q.order) == 0 {
		return nil
	}
	who := q.order[0]
	q.order = q.order[1:]
	next := q.waiting[who][0]
	q.setWaiting(who, q.waiting[who][1:])
	if len(q.waiting[who]) > 0 {
		q.order = append(q.order, who)
	}
	return next
}

// remove is false when it is not waiting any more.
func (q *fairQueue) remove(who reader, mine <-chan struct{}) bool {
	at := slices.IndexFunc(q.waiting[who], func(c chan struct{}) bool { return c == mine })
	if at < 0 {
		return false
	}
	q.setWaiting(who, slices.Delete(q.waiting[who], at, at+1))
	if len(q.waiting[who]) == 0 {
		q.order = slices.DeleteFunc(q.order, func(other reader) bool { return other == who })
	}
	return true
}

func (q *fairQueue) setWaiting(who reader, rest []chan struct{}) {
	if len(rest) == 0 {
		delete(q.waiting, who)
		return
	}
	q.waiting[who] = rest
}
