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
	// pipelined is how many requests a writer over WebSocket has under way.
	pipelined = 16
	// answerTimeout is far above what a restart takes: then the server hangs.
	answerTimeout = 20 * time.Second
	// redialAfter is the wait before a writer tries a dead server again.
	redialAfter = 10 * time.Millisecond
)

// key is the Idempotency-Key of a vote, the same whenever it is sent.
func key(v oracle.Vote) string { return "crash-" + v.Number.Username() }

// write votes while the gate is open, and sends half of the unanswered votes again until they are
// answered. Every other writer uses a WebSocket.
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

// cast sends votes at the same time and notes the answers; false when one is missing.
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

// votes returns unanswered votes or, when there are none, new ones; none at the end of the run.
func (l *Load) votes(n int) (votes []oracle.Vote, again bool) {
	if votes = l.takeUnanswered(n); len(votes) > 0 {
		return votes, true
	}
	if l.closing.Load() {
		return nil, false
	}
	stamp, due := protocol.TimestampOf(time.Now()), l.Votes.Now()
	first := l.Votes.Take(n)
	for i := range n {
		votes = append(votes, l.Votes.Sent(first+oracle.Number(i), due, stamp))
	}
	return votes, false
}

// settle notes an answer; false when there was none. All votes are valid: a refusal that is not
// about the server's state is a finding.
func (l *Load) settle(v oracle.Vote, again bool, err error) bool {
	refused, answered := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		l.Votes.Settle(v.Number, oracle.Acknowledged)
		if again {
			l.again.Add(1)
		}
		return true
	case !answered:
		// The same half each time: what was sent again once must be acknowledged.
		if again || v.Number%2 == 0 {
			l.unanswered <- v
		}
		return false
	case !client.Temporary(err):
		l.Findings.Add("vote %s (again: %v) was answered %v", v.Number.Username(), again, err)
	default:
		if outcome, _ := oracle.Judge(refused.Status, refused.Body); again || outcome == oracle.Unknown {
			l.unanswered <- v
		} else {
			l.Votes.Settle(v.Number, outcome)
		}
	}
	return true
}
