package limit

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"partyline/gateway/clientaddr"
	"partyline/protocol"
)

// queueTimeout is how long a reading of the vote history waits. The hub bounds a reading
// itself to as much.
const queueTimeout = 5 * time.Second

// queueOrder are the queues in the order of their turns; an empty one is skipped. Bots have
// half of the turns that others wait for, screens and the rest a quarter: a bot that asks
// without end leaves the others a turn within three.
var queueOrder = [...]int{botQueue, viewerQueue, botQueue, othersQueue}

const (
	botQueue = iota
	viewerQueue
	othersQueue
	queueCount
)

// HistoryQueue lets all but the host read the vote history one after the other: a page of
// it can take a core for seconds. The hub has two such readers at a time, so the host never
// waits for anybody else. Bots, screens, and strangers with guests have a queue each, with
// turns by queueOrder. Within each queue every reader, a token or an address, has one turn
// after the other, whatever the number of its requests: a reader with a hundred waits
// ninety-nine times behind one that has one.
type HistoryQueue struct {
	requests *Requests

	mu      sync.Mutex
	busy    bool
	next    int // place in queueOrder of the queue that goes next
	waiting [queueCount]fairQueue
}

// NewHistoryQueue charges readings to the budgets.
func NewHistoryQueue(r *Requests) *HistoryQueue { return &HistoryQueue{requests: r} }

// Acquire waits until it is the turn of a principal to read. The caller calls release when
// it has read, which charges the time that it took before the next one begins. A principal
// that has got into debt while it waited, by another request, has no turn.
func (q *HistoryQueue) Acquire(ctx context.Context, who protocol.Principal, from netip.Addr) (release func(), err *protocol.Error) {
	if who.Role == protocol.RoleAdmin {
		return func() {}, nil
	}
	if err := q.acquire(ctx, who, from); err != nil {
		return nil, err
	}
	if wait := q.requests.Spend(who, from, 0, time.Now()); wait > 0 {
		q.release()
		return nil, TooMany(wait, "Too many requests for the vote history, slow down")
	}
	begun := time.Now()
	return func() {
		q.requests.Spend(who, from, CostOfWork(time.Since(begun)), time.Now())
		q.release()
	}, nil
}

func (q *HistoryQueue) acquire(ctx context.Context, who protocol.Principal, from netip.Addr) *protocol.Error {
	queue, key := readerOf(who, from)
	turn, err := q.tryAcquire(queue, key)
	if turn == nil || err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	select {
	case <-turn:
		return nil
	case <-wait.Done():
		q.cancel(queue, key, turn)
		return protocol.Errorf(protocol.CodeOverloaded, "Too many requests for the vote history, try again in a moment")
	}
}

// readerOf is the queue of a principal, and what takes turns in it.
func readerOf(who protocol.Principal, from netip.Addr) (queue int, key reader) {
	switch who.Role {
	case protocol.RoleBot:
		return botQueue, reader{token: who.Token}
	case protocol.RoleViewer:
		return viewerQueue, reader{who.Token, clientaddr.Site(from)}
	}
	return othersQueue, reader{site: clientaddr.Site(from)}
}

// tryAcquire takes the turn if it is free; else it returns what is closed when the turn
// comes.
func (q *HistoryQueue) tryAcquire(queue int, key reader) (<-chan struct{}, *protocol.Error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.busy {
		q.busy = true
		return nil, nil
	}
	turn := make(chan struct{})
	if !q.waiting[queue].push(key, turn) {
		return nil, protocol.Errorf(protocol.CodeTooMany, "Too many requests for the vote history, slow down")
	}
	return turn, nil
}

// release gives the turn to the next one that waits.
func (q *HistoryQueue) release() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for range queueOrder {
		queue := queueOrder[q.next]
		q.next = (q.next + 1) % len(queueOrder)
		if next := q.waiting[queue].pop(); next != nil {
			close(next)
			return
		}
	}
	q.busy = false
}

// cancel leaves the queue, or gives the turn back when it has come in that moment.
func (q *HistoryQueue) cancel(queue int, key reader, turn <-chan struct{}) {
	q.mu.Lock()
	waits := q.waiting[queue].remove(key, turn)
	q.mu.Unlock()
	if !waits {
		q.release()
	}
}
