package crash

import (
	"context"
	"fmt"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/oracle"
	"partyline/protocol"
)

const (
	// electors vote in polls: one by REST with the tokens of bots that may vote in one
	// session each, one over WebSocket as an admin.
	electors = 2
	// electing is how many votes in polls are on their way over WebSocket.
	electing = 8
	// fickle: every so-manieth voter of a poll changes its mind once, if it can.
	fickle = 4
)

// choice is a vote on its way in a contest.
type choice struct {
	*contest
	vote oracle.PollVote
}

// key is the Idempotency-Key: the same whenever it is sent.
func (c choice) key() string { return fmt.Sprintf("crash-poll-%d-%d", c.session, c.vote.Number) }

// elector is one of those who vote in polls. One goroutine uses it.
type elector struct {
	*evening
	batch int
	line  pollLine
	turn  int
	// owed have an unknown outcome and are sent again, minds were counted and change.
	owed, minds []choice
}

// elect votes while the gate is open, and sends half of what it heard nothing of again,
// for as long as it takes.
func (e *evening) elect(ctx context.Context, index int) {
	defer e.gate.left()
	v := &elector{evening: e, batch: 1, turn: index}
	dial := v.dialREST
	if index%2 == 1 {
		v.batch, dial = electing, v.dialWS
	}
	pace := time.NewTicker(time.Duration(float64(time.Second) * float64(electors*v.batch) / e.o.PollRate))
	defer pace.Stop()
	for ctx.Err() == nil && e.gate.pass() {
		if v.line == nil {
			if v.line = redial(ctx, dial); v.line == nil {
				continue
			}
		}
		v.round(ctx)
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
	if v.line != nil {
		v.line.close()
	}
}

func (v *elector) round(ctx context.Context) {
	votes, again := v.votes()
	settled := map[string]bool{}
	err := v.line.cast(ctx, votes, func(c choice, p *protocol.Poll, refused *protocol.Error) {
		settled[c.key()] = true
		v.settle(c, again, p, refused)
	})
	if err == nil {
		return
	}
	v.line.close()
	v.line = nil
	for _, c := range votes {
		// It stays the same half, see unheard.
		if !settled[c.key()] && (again || c.vote.Number%2 == 0) {
			v.owe(c)
		}
	}
}

func (v *elector) owe(c choice) {
	v.owed = append(v.owed, c)
	v.pollDebts.Add(1)
}

// votes is what is owed or, when nothing is, minds that change and new voters.
func (v *elector) votes() (votes []choice, again bool) {
	if n := min(v.batch, len(v.owed)); n > 0 {
		votes, v.owed = append(votes, v.owed[:n]...), v.owed[n:]
		v.pollDebts.Add(-int64(n))
		return votes, true
	}
	for range v.batch {
		if c, ok := v.next(); ok {
			c.vote = c.polls.Sent(c.vote)
			votes = append(votes, c)
		}
	}
	return votes, false
}

// next is another mind of somebody or somebody new; false while no poll is open.
func (v *elector) next() (choice, bool) {
	for len(v.minds) > 0 {
		c := v.minds[0]
		v.minds = v.minds[1:]
		if !c.over(c.vote.Poll) {
			return c, true
		}
	}
	v.turn++
	c := v.contests[v.turn%len(v.contests)]
	p := c.now()
	if p == nil {
		return choice{}, false
	}
	// The square makes the later candidates win less often than the first.
	n := len(p.Candidates)
	at := v.turn / len(v.contests) % (n * n)
	return choice{c, oracle.PollVote{Poll: p.ID, Choice: 1 + at*at/(n*n*n)}}, true
}

// settle notes an answer. Every vote of ours is a good one, but the poll may be over.
func (v *elector) settle(c choice, again bool, p *protocol.Poll, refused *protocol.Error) {
	switch {
	case refused == nil:
		c.polls.Acknowledged(c.vote, *p)
		if again {
			v.pollsAgain.Add(1)
		}
		// Minds move to later candidates only. So a poll never stands again as it stood
		// before, and each vote can be told from all others by what it makes of the poll.
		if other := c.vote.Choice + 1; c.vote.Before == 0 && c.vote.Number%fickle == 0 && other <= len(p.Candidates) {
			v.minds = append(v.minds, choice{c.contest, oracle.PollVote{Poll: c.vote.Poll, Voter: c.vote.Voter, Before: c.vote.Choice, Choice: other}})
		}
	case refused.Code == protocol.CodeConflict:
		c.polls.Refused(c.vote, protocol.TimestampOf(time.Now()))
	case !refused.Code.Meaning().Retry:
		v.findings.Add("the vote of %s in poll %d (again: %v) was answered %v", c.vote.Voter, c.vote.Poll, again, refused)
	case again || api.OutcomeOf(refused.Code) == oracle.Unknown:
		v.owe(c)
	default:
		c.polls.NotTaken(c.vote)
	}
}
