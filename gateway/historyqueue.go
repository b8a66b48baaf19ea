package gateway

import (
	"context"
	"sync"
	"time"

	"partyline/gateway/clientaddr"
	"partyline/protocol"
)

const (
	// turnPatience is how long somebody waits for a turn. The hub bounds a reading of the
	// vote history to as much.
	queueTimeout = 5 * time.Second
	// maxTurns of one payer may wait: a hundred screens of one token start together.
	maxQueued = 128
)

// turnOrder are the lines that have a turn, one after the other; one in which nobody waits
// is passed over. Bots have half of the turns that others wait for, screens and the rest a
// quarter: a bot that asks without end leaves the others a turn within three.
var queueOrder = [...]int{botQueue, viewerQueue, botQueue, othersQueue}

const (
	botQueue = iota
	viewerQueue
	othersQueue
	queueCount
)

// turns let all who are not the host read the vote history one after the other: a page of
// it can take a core for seconds. The hub has two such readers at a time, so the host never
// waits for anybody else. Bots, screens, and strangers with guests have a line each, and
// turns by turnOrder. Within each of these everybody has a turn after the other, whatever the number of their
// requests: one with a hundred waits ninety-nine times behind one who has one.
type historyQueue struct {
	limits *requestLimits

	mu      sync.Mutex
	busy    bool
	next    int // place in turnOrder of who goes next
	waiting [queueCount]fairQueue
}

// inTurn has a handler's callers wait for their turn, and pay for the time that each takes
// before the next one begins. Whoever has got into debt while waiting, by another request
// of the same payer, has no turn.
func (t *historyQueue) limited(h handler) handler {
	return func(ctx context.Context, in *request) (response, error) {
		if in.principal.Role == protocol.RoleAdmin {
			return h(ctx, in)
		}
		if err := t.acquire(ctx, in); err != nil {
			return response{}, err
		}
		defer t.release()
		if wait := t.limits.spend(in.principal, in.client, 0, time.Now()); wait > 0 {
			return response{}, tooMany(wait, "Too many requests for the vote history, slow down")
		}
		begun := time.Now()
		defer func() { t.limits.spend(in.principal, in.client, costOfWork(time.Since(begun)), time.Now()) }()
		return h(ctx, in)
	}
}

func (t *historyQueue) acquire(ctx context.Context, in *request) *protocol.Error {
	line, who := othersQueue, tokenAtAddress{address: clientaddr.Site(in.client)}
	switch in.principal.Role {
	case protocol.RoleBot:
		line, who = botQueue, tokenAtAddress{token: in.principal.Token}
	case protocol.RoleViewer:
		line, who = viewerQueue, tokenAtAddress{in.principal.Token, clientaddr.Site(in.client)}
	}
	mine, err := t.tryAcquire(line, who)
	if mine == nil || err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	select {
	case <-mine:
		return nil
	case <-wait.Done():
		t.cancel(line, who, mine)
		return protocol.Errorf(protocol.CodeOverloaded, "Too many are reading the vote history, try again in a moment")
	}
}

// queue takes the place if it is free; else it returns what is closed when it is one's
// turn.
func (t *historyQueue) tryAcquire(line int, who tokenAtAddress) (<-chan struct{}, *protocol.Error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.busy {
		t.busy = true
		return nil, nil
	}
	mine := make(chan struct{})
	if !t.waiting[line].push(who, mine) {
		return nil, protocol.Errorf(protocol.CodeTooMany, "Too many requests for the vote history, slow down")
	}
	return mine, nil
}

// leave hands the place to whose turn it is.
func (t *historyQueue) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for range queueOrder {
		line := queueOrder[t.next]
		t.next = (t.next + 1) % len(queueOrder)
		if next := t.waiting[line].pop(); next != nil {
			close(next)
			return
		}
	}
	t.busy = false
}

// giveUp leaves the queue, or the place when it has been handed over in that moment.
func (t *historyQueue) cancel(line int, who tokenAtAddress, mine <-chan struct{}) {
	t.mu.Lock()
	waits := t.waiting[line].remove(who, mine)
	t.mu.Unlock()
	if !waits {
		t.release()
	}
}
