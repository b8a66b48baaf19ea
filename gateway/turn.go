package gateway

import (
	"context"
	"sync"
	"time"

	"partyline/protocol"
)

const (
	// turnPatience is how long somebody waits for a turn. The hub bounds a reading of the
	// vote history to as much.
	turnPatience = 5 * time.Second
	// maxTurns of one payer may wait: a hundred screens of one token start together.
	maxTurns = 128
)

// turnOrder are the lines that have a turn, one after the other; one in which nobody waits
// is passed over. Bots have half of the turns that others wait for, screens and the rest a
// quarter: a bot that asks without end leaves the others a turn within three.
var turnOrder = [...]int{botLine, screenLine, botLine, strangerLine}

const (
	botLine = iota
	screenLine
	strangerLine
	turnLines
)

// turns let all who are not the host read the vote history one after the other: a page of
// it can take a core for seconds. The hub has two such readers at a time, so the host never
// waits for anybody else. Bots, screens, and strangers with guests have a line each, and
// turns by turnOrder. Within each of these everybody has a turn after the other, whatever the number of their
// requests: one with a hundred waits ninety-nine times behind one who has one.
type turns struct {
	payers *payers

	mu    sync.Mutex
	taken bool
	next  int // place in turnOrder of who goes next
	lines [turnLines]queueOfPayers
}

// inTurn has a handler's callers wait for their turn, and pay for the time that each takes
// before the next one begins. Whoever has got into debt while waiting, by another request
// of the same payer, has no turn.
func (t *turns) inTurn(h handler) handler {
	return func(ctx context.Context, in *input) (reply, error) {
		if in.who.Role == protocol.RoleAdmin {
			return h(ctx, in)
		}
		if err := t.enter(ctx, in); err != nil {
			return reply{}, err
		}
		defer t.leave()
		if wait := t.payers.spend(in.who, in.from, 0, time.Now()); wait > 0 {
			return reply{}, tooMany(wait, "Too many requests for the vote history, slow down")
		}
		begun := time.Now()
		defer func() { t.payers.spend(in.who, in.from, costOfWork(time.Since(begun)), time.Now()) }()
		return h(ctx, in)
	}
}

func (t *turns) enter(ctx context.Context, in *input) *protocol.Error {
	line, who := strangerLine, payer{from: site(in.from)}
	switch in.who.Role {
	case protocol.RoleBot:
		line, who = botLine, payer{token: in.who.Token}
	case protocol.RoleViewer:
		line, who = screenLine, payer{in.who.Token, site(in.from)}
	}
	mine, err := t.queue(line, who)
	if mine == nil || err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	select {
	case <-mine:
		return nil
	case <-wait.Done():
		t.giveUp(line, who, mine)
		return protocol.Errorf(protocol.CodeOverloaded, "Too many are reading the vote history, try again in a moment")
	}
}

// queue takes the place if it is free; else it returns what is closed when it is one's
// turn.
func (t *turns) queue(line int, who payer) (<-chan struct{}, *protocol.Error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.taken {
		t.taken = true
		return nil, nil
	}
	mine := make(chan struct{})
	if !t.lines[line].push(who, mine) {
		return nil, protocol.Errorf(protocol.CodeTooMany, "Too many requests for the vote history, slow down")
	}
	return mine, nil
}

// leave hands the place to whose turn it is.
func (t *turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for range turnOrder {
		line := turnOrder[t.next]
		t.next = (t.next + 1) % len(turnOrder)
		if next := t.lines[line].pop(); next != nil {
			close(next)
			return
		}
	}
	t.taken = false
}

// giveUp leaves the queue, or the place when it has been handed over in that moment.
func (t *turns) giveUp(line int, who payer, mine <-chan struct{}) {
	t.mu.Lock()
	waits := t.lines[line].remove(who, mine)
	t.mu.Unlock()
	if !waits {
		t.leave()
	}
}
