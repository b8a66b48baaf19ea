package crash

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// contest is the polls of one session: what the host does with them and what voters can
// vote in.
type contest struct {
	session protocol.SessionID
	polls   *oracle.Polls
	// games are the candidates, which nobody else plays.
	games []protocol.GameID
	// token is a bot's for this session alone.
	token string

	// The host's own. doubtful: it does not know how the newest poll stands. due is when
	// a long poll has lasted long enough, winner that one is to be added.
	doubtful, winner bool
	course           course
	first            int // of the courses
	newest           int // the number of the newest poll, of which there can be so many
	due              time.Time
	byTime           bool // one of its polls has ended by its time
	// done: nothing is open, and nothing more will be.
	done atomic.Bool

	mu   sync.Mutex
	open *protocol.Poll
}

// course is what becomes of a poll.
type course struct {
	// byTime lasts the shortest time there is and ends by itself; others last an hour and
	// the host ends or cancels them.
	byTime, cancel bool
	// auto has the server add the winner, add is by the host's own call.
	auto, add bool
}

// courses are taken in turn.
var courses = []course{{byTime: true, auto: true}, {add: true}, {cancel: true}, {auto: true}, {}}

const (
	// longPoll, in seconds, outlasts every run.
	longPoll = protocol.MaxPollSeconds
	// lotOf is how many games each session has to choose from.
	lotOf = protocol.MaxCandidates
)

// newContest makes games and a token for the polls of a session.
func (e *evening) newContest(ctx context.Context, index int) (*contest, error) {
	c := &contest{session: e.ids[index], polls: oracle.NewPolls(e.records[index]), first: index}
	for n := range lotOf {
		g, err := e.client.CreateGame(ctx, fmt.Sprintf("Candidate %d of session %d", n+1, c.session))
		if err != nil {
			return nil, err
		}
		c.games = append(c.games, g.ID)
	}
	t, err := e.client.IssueSessionToken(ctx, protocol.RoleBot, "crash test", c.session)
	c.token = t.Secret
	return c, err
}

// now is the poll that can be voted in, as far as anybody knows, nil for none.
func (c *contest) now() *protocol.Poll {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

func (c *contest) set(open *protocol.Poll) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = open
}

// over says whether the voters are to stop: it is no secret that the poll has ended.
func (c *contest) over(id protocol.PollID) bool {
	p := c.now()
	return p == nil || p.ID != id
}
