package crash

import (
	"context"
	"encoding/json"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/oracle"
	"partyline/protocol"
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

// line is a writer's connection: it sends votes, all with their keys, and calls
// settle for each answer. An error leaves the rest unknown.
type line interface {
	cast(votes []oracle.Vote, settle func(v oracle.Vote, status int, answer []byte)) error
	close()
}

// write is one writer: it votes while the gate is open, and sends half of what it
// heard nothing of again, for as long as it takes.
func (e *evening) write(ctx context.Context, index int) {
	defer e.gate.left()
	batch, dial := 1, e.dialREST
	if index%2 == 1 {
		batch, dial = pipelined, e.dialWS
	}
	pace := time.NewTicker(time.Duration(float64(time.Second) * float64(e.o.Writers*batch) / e.o.Rate))
	defer pace.Stop()
	var l line
	for ctx.Err() == nil && e.gate.pass() {
		if l == nil {
			if l = redial(ctx, dial); l == nil {
				continue
			}
		}
		votes, again := e.votes(batch)
		if err := l.cast(votes, func(v oracle.Vote, status int, answer []byte) { e.settle(v, again, status, answer) }); err != nil {
			l.close()
			l = nil
			e.unheard(votes, again)
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
	if l != nil {
		l.close()
	}
}

// redial calls a server that may be dead.
func redial[L any](ctx context.Context, dial func(context.Context) (L, error)) (none L) {
	l, err := dial(ctx)
	if err == nil {
		return l
	}
	select {
	case <-time.After(redialAfter):
	case <-ctx.Done():
	}
	return none
}

// votes is what is owed or, when nothing is, new votes; none at the end of the run.
func (e *evening) votes(n int) (votes []oracle.Vote, again bool) {
	if votes = e.owing(n); len(votes) > 0 {
		return votes, true
	}
	if e.closing.Load() {
		return nil, false
	}
	stamp, due := protocol.TimestampOf(time.Now()), e.ledger.Now()
	first := e.ledger.Take(n)
	for i := range n {
		votes = append(votes, e.ledger.Sent(first+oracle.Number(i), due, stamp))
	}
	return votes, false
}

// settle notes an answer. Every vote of ours is a good one: a refusal that is not
// about the server's own state is a finding.
func (e *evening) settle(v oracle.Vote, again bool, status int, answer []byte) {
	if status == 200 {
		e.ledger.Settle(v.Number, oracle.Acknowledged)
		if again {
			e.again.Add(1)
		}
		return
	}
	var refusal protocol.Error
	_ = json.Unmarshal(answer, &refusal)
	if !refusal.Code.Meaning().Retry {
		e.findings.Add("vote %s (again: %v) was answered %d %s", v.Number.Username(), again, status, answer)
		return
	}
	if outcome, _ := api.Judge(status, answer); again || outcome == oracle.Unknown {
		e.owe(v)
	} else {
		e.ledger.Settle(v.Number, outcome)
	}
}

// unheard sees to the votes whose answers did not come.
func (e *evening) unheard(votes []oracle.Vote, again bool) {
	for _, v := range votes {
		if now, _ := e.ledger.Vote(v.Number); now.Outcome != oracle.Unknown {
			continue
		}
		// Which half is sent again does not matter, but it must stay the same half:
		// what was sent again once is owed until it is acknowledged.
		if again || v.Number%2 == 0 {
			e.owe(v)
		}
	}
}
