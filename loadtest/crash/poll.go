package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// pollEvery is how often the host reads the poll of a session.
	pollEvery = 20 * time.Millisecond
	// shortest and longest bound a poll that the host ends: some last through a kill, some do not.
	shortest, longest = 200 * time.Millisecond, 2 * time.Second
	// candidates of each poll.
	candidates = 4
)

// pollHost opens one poll after the other in a session: one that ends by time, then one that the
// host ends, and so on. Voters vote in it.
type pollHost struct {
	*Load
	session protocol.SessionID
	polls   oracle.Polls
	games   []protocol.GameID // which nobody else plays
	voter   *client.Client    // with a bot's token for this session alone

	// began counts the polls, due is when the host ends the open one; both belong to the host's
	// goroutine.
	began  int
	due    time.Time
	byTime bool

	open atomic.Pointer[protocol.Poll] // nil for none, or when the host does not know
	done atomic.Bool                   // no poll is open or will be opened
}

func (l *Load) newPollHost(ctx context.Context, id protocol.SessionID) (*pollHost, error) {
	h := &pollHost{Load: l, session: id}
	for n := range candidates {
		g, err := l.Client.CreateGame(ctx, "Load test", fmt.Sprintf("Candidate %d of session %d", n+1, id))
		if err != nil {
			return nil, err
		}
		h.games = append(h.games, g.ID)
	}
	t, err := l.Client.IssueToken(ctx, protocol.RoleBot, "crash test", id)
	h.voter = l.Client.WithToken(t.Secret)
	return h, err
}

// host opens and ends polls until the gate ends.
func (h *pollHost) host(ctx context.Context, rng *rand.Rand) {
	for ctx.Err() == nil && h.gate.enter() {
		if err := h.step(ctx, rng); err != nil && ctx.Err() == nil {
			h.open.Store(nil) // the next step asks how it stands
			if refused, ok := errors.AsType[*client.Error](err); ok && !client.Temporary(err) && !client.Refused(err, protocol.CodeConflict) {
				h.Findings.Add("session %d: the host of polls was told %v", h.session, refused)
			}
		}
		h.gate.leave()
		_ = report.Wait(ctx, pollEvery)
	}
}

// step reads the poll, checks it, and opens or ends one.
func (h *pollHost) step(ctx context.Context, rng *rand.Rand) error {
	promised := h.polls.Mark()
	asked := time.Now()
	p, err := h.Client.Poll(ctx, h.session)
	if err != nil {
		return err
	}
	if p.ID != 0 {
		h.polls.Check(&h.Findings, promised, p)
	}
	open := p.Status == protocol.StatusOpen
	switch now := time.Now(); {
	case open && (h.byTime && !h.closing.Load() || now.Before(h.due)):
		// As of when it was asked: on a disk that hangs the answer waits for what was decided
		// before it.
		if late := protocol.TimestampOf(asked.Add(-h.o.Grace)); late > p.EndsAt {
			h.Findings.Add("poll %d was to end at %v and is still open", p.ID, p.EndsAt)
		}
		h.open.Store(&p)
		return nil
	case open:
		h.open.Store(nil)
		p, err = h.Client.EndPoll(ctx, h.session)
	case h.closing.Load():
		h.open.Store(nil)
		h.done.Store(true)
		return nil
	default:
		p, err = h.begin(ctx, rng)
	}
	if err == nil && p.Status == protocol.StatusOpen {
		h.open.Store(&p)
	}
	return err
}

func (h *pollHost) begin(ctx context.Context, rng *rand.Rand) (protocol.Poll, error) {
	h.open.Store(nil)
	h.began++
	h.byTime = h.began%2 == 1
	seconds := protocol.MaxPollSeconds // outlasts every run
	if h.byTime {
		seconds = h.o.PollSeconds
	}
	h.due = time.Now().Add(shortest + time.Duration(rng.Int64N(int64(longest-shortest))))
	return h.Client.StartPoll(ctx, h.session, h.games, seconds, false)
}

// vote votes in the session's polls, each time under a new name, until ctx ends.
func (h *pollHost) vote(ctx context.Context) {
	pace := time.NewTicker(time.Duration(float64(time.Second) * float64(len(h.hosts)) / h.o.PollRate))
	defer pace.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		if open := h.open.Load(); open != nil {
			// The first candidate gets the most votes, the others fewer and fewer.
			v := oracle.PollVote{Poll: open.ID, Choice: 1 + n%candidates*(n%3)/3}
			h.polls.Sent(v)
			h.deliver(ctx, v, fmt.Sprintf("p%d-%d", h.session, n))
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

// deliver sends a vote until it is answered, with the same key each time.
func (h *pollHost) deliver(ctx context.Context, v oracle.PollVote, name string) {
	for again := false; ctx.Err() == nil && h.gate.enter(); again = true {
		done := h.try(ctx, v, name, again)
		h.gate.leave()
		if done {
			return
		}
		_ = report.Wait(ctx, redialAfter)
	}
}

// try sends a vote and notes the answer; false when there was no final one.
func (h *pollHost) try(ctx context.Context, v oracle.PollVote, name string, again bool) bool {
	body := map[string]any{"username": name, "choice": v.Choice, "poll_id": v.Poll}
	err := h.voter.CallWithKey(ctx, "crash-"+name, "POST", fmt.Sprintf("/api/sessions/%d/poll/votes", h.session), body, nil)
	_, answered := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		h.polls.Acknowledged(v)
	case client.Refused(err, protocol.CodeConflict):
		h.polls.Refused(v) // the poll is over
	case answered && !client.Temporary(err):
		h.Findings.Add("the vote of %s in poll %d (again: %v) was answered %v", name, v.Poll, again, err)
	default:
		return false
	}
	return true
}

// pollsAreOver is whether no poll is open or will be opened.
func (l *Load) pollsAreOver() bool {
	for _, h := range l.hosts {
		if !h.done.Load() {
			return false
		}
	}
	return true
}
