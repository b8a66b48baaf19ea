package oracle

import (
	"strconv"
	"sync"

	"partyline/protocol"
)

// PollVote is one voter's choice in a poll as it was sent. Voters have one vote under
// way at a time, and change their minds only when they know that the last one counts.
type PollVote struct {
	// Number is its place among the votes of the session's polls, from 0.
	Number int
	Poll   protocol.PollID
	Voter  string
	// Choice is what is wanted, Before what the voter wanted so far, 0 for none.
	Choice, Before int
}

// Polls holds what was asked and answered about the polls of one session. An answer to
// a vote tells how the poll stands with it, and so does the event of the vote: that is
// how the two are known to belong together, though events of polls tell no names.
// Methods may be called from any goroutine.
type Polls struct {
	session protocol.SessionID
	record  *Record

	mu sync.Mutex
	// starts is how often a poll was asked for.
	starts  int
	asked   map[protocol.PollID]*wish
	moves   map[move]int // sent and not refused
	sent    int
	counted []receipt
	refused []refusal
	// notTaken were refused for other reasons than the poll.
	notTaken int
	told     []protocol.Poll
}

// wish is how the host wanted a poll to end, perhaps.
type wish struct{ end, cancel bool }

// move is what a vote does to a poll: before is 0 for a new voter.
type move struct {
	poll           protocol.PollID
	before, choice int
}

// step is a move and how the poll stands with it.
type step struct {
	move
	after counts
}

// receipt is an acknowledged vote.
type receipt struct {
	step
	voter string
}

// refusal is a vote that was told that the poll takes none; at is when.
type refusal struct {
	vote PollVote
	at   protocol.Timestamp
}

// NewPolls begins with a session that has had no poll.
func NewPolls(r *Record) *Polls {
	return &Polls{session: r.Session, record: r, asked: map[protocol.PollID]*wish{}, moves: map[move]int{}}
}

// Starting notes that a poll is asked for, before the request leaves.
func (p *Polls) Starting() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.starts++
}

// Ending and Canceling note that the host wants the end of a poll before its time.
func (p *Polls) Ending(id protocol.PollID) { p.wish(id, func(w *wish) { w.end = true }) }

// Canceling: see Ending.
func (p *Polls) Canceling(id protocol.PollID) { p.wish(id, func(w *wish) { w.cancel = true }) }

func (p *Polls) wish(id protocol.PollID, change func(*wish)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked[id] == nil {
		p.asked[id] = &wish{}
	}
	change(p.asked[id])
}

// Told notes a poll as the server has told it: with the start, with the end, or when it
// was asked. It is there from then on, and stood like this at some time.
func (p *Polls) Told(poll protocol.Poll) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, poll)
}

// Sent notes a vote before its first byte leaves and gives it its number.
func (p *Polls) Sent(v PollVote) PollVote {
	p.mu.Lock()
	defer p.mu.Unlock()
	v.Number = p.sent
	p.sent++
	p.moves[v.move()]++
	if v.Voter == "" {
		v.Voter = "p" + strconv.Itoa(v.Number)
	}
	return v
}

// Acknowledged notes the answer to a vote that counts: how the poll stands with it.
func (p *Polls) Acknowledged(v PollVote, answer protocol.Poll) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := receipt{step{v.move(), countsOf(&answer)}, v.Voter}
	r.poll = answer.ID
	p.counted = append(p.counted, r)
}

// Refused notes that a vote does not count, for at that time the poll took none.
func (p *Polls) Refused(v PollVote, at protocol.Timestamp) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moves[v.move()]--
	p.refused = append(p.refused, refusal{v, at})
}

// NotTaken notes that a vote was refused for another reason than the poll.
func (p *Polls) NotTaken(v PollVote) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.moves[v.move()]--
	p.notTaken++
}

func (v PollVote) move() move { return move{v.Poll, v.Before, v.Choice} }

// PollMark is how much was answered at a moment.
type PollMark struct{ counted, refused, told int }

// Mark is how much has been answered until now.
func (p *Polls) Mark() PollMark {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PollMark{len(p.counted), len(p.refused), len(p.told)}
}

// PollCounts says what became of the polls.
type PollCounts struct {
	// Opened is how many there were; ByTime, ByHost and Canceled how they ended.
	Opened   int `json:"opened"`
	ByTime   int `json:"ended_by_time"`
	ByHost   int `json:"ended_by_host"`
	Canceled int `json:"canceled"`
	// Votes were sent; each was acknowledged, refused, or has an unknown outcome. Found is
	// how many more were counted than acknowledged.
	Votes        int `json:"votes"`
	Acknowledged int `json:"acknowledged"`
	Refused      int `json:"refused"`
	Unknown      int `json:"unknown"`
	Found        int `json:"unknown_but_counted"`
}

// Add adds those of another session.
func (c PollCounts) Add(o PollCounts) PollCounts {
	return PollCounts{c.Opened + o.Opened, c.ByTime + o.ByTime, c.ByHost + o.ByHost, c.Canceled + o.Canceled, c.Votes + o.Votes,
		c.Acknowledged + o.Acknowledged, c.Refused + o.Refused, c.Unknown + o.Unknown, c.Found + o.Found}
}
