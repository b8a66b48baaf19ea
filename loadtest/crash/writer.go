package crash

import (
	"context"
	"errors"
	"sync"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// pipelined is how many requests a writer over WebSocket has on their way.
	pipelined = 16
	// answerTimeout is far above what a restart takes: a writer that waits so long
	// has met a server that hangs.
	answerTimeout = 20 * time.Second
	// redialAfter is the wait before a writer calls a dead server again.
	redialAfter = 10 * time.Millisecond
)

// key is the Idempotency-Key of a vote: the same whenever it is sent.
func key(v oracle.Vote) string { return "crash-" + v.Number.Username() }

// write is one writer: it votes while the gate is open, and sends half of what it
// heard nothing of again, for as long as it takes. Every other one votes over a WebSocket.
func (l *Load) write(ctx context.Context, index int) {
	batch := 1
	hub := l.Client.WithToken(l.Client.Token())
	defer hub.Close()
	socket := hub.RequestSocket()
	defer socket.Close()
	send := func(ctx context.Context, v oracle.Vote) error {
		return hub.CallWithKey(ctx, key(v), "POST", "/api/votes/live", v.Command(l.IDs[v.Session]), nil)
	}
	if index%2 == 1 {
		batch = pipelined
		send = func(ctx context.Context, v oracle.Vote) error {
			return socket.Do(ctx, "votes.live", key(v), v.Command(l.IDs[v.Session]), nil)
		}
	}
	pace := time.NewTicker(time.Duration(float64(time.Second) * float64(l.o.Writers*batch) / l.o.Rate))
	defer pace.Stop()
	for ctx.Err() == nil && l.gate.enter() {
		votes, again := l.votes(batch)
		answered := l.cast(ctx, votes, again, send)
		l.gate.leave()
		if !answered {
			_ = report.Wait(ctx, redialAfter)
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

// cast sends votes at the same time and notes their answers; false when one did not come.
func (l *Load) cast(ctx context.Context, votes []oracle.Vote, again bool, send func(context.Context, oracle.Vote) error) bool {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	answered := make([]bool, len(votes))
	var group sync.WaitGroup
	for i, v := range votes {
		group.Go(func() { answered[i] = l.settle(v, again, send(ctx, v)) }) // ends with the answer
	}
	group.Wait()
	for _, ok := range answered {
		if !ok {
			return false
		}
	}
	return true
}

// votes is what is owed or, when nothing is, new votes; none at the end of the run.
func (l *Load) votes(n int) (votes []oracle.Vote, again bool) {
	if votes = l.takeUnanswered(n); len(votes) > 0 {
		return votes, true
	}
	if l.closing.Load() {
		return nil, false
	}
	stamp, due := protocol.TimestampOf(time.Now()), l.Ledger.Now()
	first := l.Ledger.Take(n)
	for i := range n {
		votes = append(votes, l.Ledger.Sent(first+oracle.Number(i), due, stamp))
	}
	return votes, false
}

// settle notes an answer; false when there was none. Every vote of ours is a good one: a
// refusal that is not about the server's own state is a finding.
func (l *Load) settle(v oracle.Vote, again bool, err error) bool {
	refused, answered := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		l.Ledger.Settle(v.Number, oracle.Acknowledged)
		if again {
			l.again.Add(1)
		}
		return true
	case !answered:
		// Which half is sent again does not matter, but it must stay the same half:
		// what was sent again once is owed until it is acknowledged.
		if again || v.Number%2 == 0 {
			l.sendAgain(v)
		}
		return false
	case !client.Temporary(err):
		l.Findings.Add("vote %s (again: %v) was answered %v", v.Number.Username(), again, err)
	default:
		if outcome, _ := oracle.Judge(refused.Status, refused.Body); again || outcome == oracle.Unknown {
			l.sendAgain(v)
		} else {
			l.Ledger.Settle(v.Number, outcome)
		}
	}
	return true
}
