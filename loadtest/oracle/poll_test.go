package oracle_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

const (
	pollID   = protocol.PollID(7001)
	pollEnds = began + 10_000
)

// poll is a small poll of two games: a server that keeps its log, and voters.
type poll struct {
	*run
	polls *oracle.Polls
	state protocol.Poll
	at    protocol.Timestamp
}

func newPoll() *poll {
	r := newRun()
	p := &poll{run: r, polls: oracle.NewPolls(r.record), at: began, state: protocol.Poll{
		ID: pollID, SessionID: session, Status: protocol.StatusOpen, StartedAt: began, EndsAt: pollEnds,
		Candidates: []protocol.Candidate{{Choice: 1, GameID: 41, Title: "Drawful"}, {Choice: 2, GameID: 42, Title: "Quiplash"}},
	}}
	p.polls.Starting()
	p.polls.Told(p.now())
	p.tell(protocol.EventPollStarted, protocol.PollStarted{SessionID: session, Poll: p.now()})
	return p
}

// now is the poll as it stands.
func (p *poll) now() protocol.Poll {
	s := p.state
	s.Candidates = slices.Clone(s.Candidates)
	return s
}

// tell writes an event to the log.
func (p *poll) tell(kind protocol.EventType, data any) {
	b, err := json.Marshal(protocol.Event{Type: kind, Timestamp: p.at, SessionID: session, Seq: protocol.Seq(len(p.log) + 1), Data: data})
	if err != nil {
		panic(err)
	}
	p.log = append(p.log, b)
}

// send has somebody vote, perhaps in place of an earlier vote, and does not say what
// became of it.
func (p *poll) send(voter string, before, choice int) oracle.PollVote {
	return p.polls.Sent(oracle.PollVote{Poll: pollID, Voter: voter, Before: before, Choice: choice})
}

// count counts a vote and writes its event.
func (p *poll) count(v oracle.PollVote) {
	if v.Before > 0 {
		p.state.Candidates[v.Before-1].Votes--
		p.state.TotalVotes--
	}
	p.state.Candidates[v.Choice-1].Votes++
	p.state.TotalVotes++
	p.tally()
}

func (p *poll) tally() {
	t := protocol.PollTallied{SessionID: session, Poll: protocol.TalliedPoll{ID: pollID, TotalVotes: p.state.TotalVotes}}
	for _, c := range p.state.Candidates {
		t.Poll.Candidates = append(t.Poll.Candidates, protocol.PollCount{GameID: c.GameID, Votes: c.Votes})
	}
	p.tell(protocol.EventPollTally, t)
}

// vote is a vote that counts and is acknowledged.
func (p *poll) vote(voter string, before, choice int) {
	v := p.send(voter, before, choice)
	p.count(v)
	p.polls.Acknowledged(v, p.now())
}

// end ends the poll at that time with that winner.
func (p *poll) end(at protocol.Timestamp, winner int, tie bool) {
	p.at = at
	p.state.Status, p.state.EndedAt, p.state.Tie = protocol.StatusEnded, &at, tie
	won := p.state.Candidates[winner-1]
	p.state.Winner = &won
	p.tell(protocol.EventPollEnded, protocol.PollEnded{SessionID: session, Poll: p.now()})
}

// add begins the game of that candidate.
func (p *poll) add(game protocol.GameID) {
	p.tell(protocol.EventGameAdded, protocol.GameAdded{Game: protocol.AddedGame{ID: game}})
}

// check judges all that was logged and answered.
func (p *poll) check() {
	all := make([]int, len(p.log))
	for i := range all {
		all[i] = i + 1
	}
	p.show(all...)
	head := protocol.Seq(len(p.log))
	p.polls.Check(p.findings, head, p.polls.Mark())
	said := p.now()
	p.polls.CheckNow(p.findings, head, &said, p.at)
}

func TestSoundPollHasNoFindings(t *testing.T) {
	p := newPoll()
	p.vote("a", 0, 1)
	p.vote("b", 0, 2)
	p.vote("a", 1, 2) // changed its mind
	p.count(p.send("c", 0, 2))
	p.send("d", 0, 1) // no answer, and not counted
	p.end(pollEnds+3, 2, false)
	p.polls.Told(p.now())
	p.polls.Refused(p.send("e", 0, 1), pollEnds+4)
	p.check()
	p.wantNone(t)
	want := oracle.PollCounts{Opened: 1, ByTime: 1, Votes: 6, Acknowledged: 3, Refused: 1, Unknown: 2, Found: 1}
	if got := p.polls.Count(); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

func TestWinnerThatIsAddedIsPlayedFromThenOn(t *testing.T) {
	p := newPoll()
	p.state.AutoAdd = true
	p.vote("a", 0, 1)
	p.end(pollEnds, 1, false)
	p.add(41)
	p.check()
	n := p.ledger.Take(1)
	p.ledger.Sent(n, 0, pollEnds)
	v, _ := p.ledger.Vote(n)
	p.write(v, v.Up)
	p.replace(len(p.log), `"game":{"id":40`, `"game":{"id":41`)
	if _, err := p.record.See(protocol.Seq(len(p.log)), p.log[len(p.log)-1]); err != nil {
		t.Error(err)
	}
	p.wantNone(t)
}

// Each fault is what a broken server would do to a poll; the words are what the finding
// must say. Before each, a and c have voted for 1 and b for 2, all acknowledged.
func TestEveryFaultOfAPollIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(p *poll)
		words string
	}{
		"acknowledged and lost": {func(p *poll) {
			v := p.send("d", 0, 2)
			said := p.now()
			said.Candidates[1].Votes++
			p.polls.Acknowledged(v, said)
		}, "vote of d for 2 in poll 7001 was acknowledged and is lost"},
		"lost behind one that nobody knows of": {func(p *poll) {
			p.count(p.send("d", 0, 2)) // no answer
			p.polls.Acknowledged(p.send("e", 0, 2), p.now())
			v := p.send("f", 0, 2)
			p.polls.Acknowledged(v, p.now()) // the same place as e
		}, "vote of f for 2 in poll 7001 was acknowledged and is lost"},
		"counted for another": {func(p *poll) {
			v := p.send("d", 0, 2)
			v.Choice = 1
			p.count(v)
			v.Choice = 2
			p.polls.Acknowledged(v, p.now())
		}, "vote of d for 2"},
		"counted twice": {func(p *poll) {
			v := p.send("d", 0, 2)
			p.count(v)
			p.polls.Acknowledged(v, p.now())
			p.count(v)
		}, "counted 3 times a voter for 2 (before: 0), 2 were sent"},
		"one name counts twice":     {func(p *poll) { p.polls.Acknowledged(p.send("a", 1, 2), p.again(2)) }, "vote of a for 2"},
		"refused and counted":       {func(p *poll) { v := p.send("d", 0, 2); p.count(v); p.polls.Refused(v, pollEnds) }, "counted 2 times"},
		"refused while it was open": {func(p *poll) { p.polls.Refused(p.send("d", 0, 2), pollEnds-1) }, "when the poll was open"},
		"two votes in one event":    {func(p *poll) { p.state.Candidates[0].Votes += 2; p.state.TotalVotes += 2; p.tally() }, "stood at [2 1"},
		"sums up wrong":             {func(p *poll) { v := p.send("d", 0, 2); p.state.TotalVotes++; p.count(v) }, "adds up wrong"},
		"a vote after the time":     {func(p *poll) { p.at = pollEnds; p.vote("d", 0, 2) }, "it ended at"},
		"a vote after the end":      {func(p *poll) { p.end(pollEnds, 1, false); p.vote("d", 0, 2) }, "which is not open"},
		"the loser wins":            {func(p *poll) { p.end(pollEnds, 2, false) }, "was won by"},
		"a tie of one":              {func(p *poll) { p.end(pollEnds, 1, true) }, "says tie: true"},
		"a tie that is not told":    {func(p *poll) { p.vote("d", 0, 2); p.end(pollEnds, 1, false) }, "says tie: false"},
		"ends before its time":      {func(p *poll) { p.end(pollEnds-1, 1, false) }, "its time was until"},
		"canceled by nobody": {func(p *poll) {
			p.state.Status, p.state.EndedAt = protocol.StatusCanceled, &p.at
			p.tell(protocol.EventPollEnded, protocol.PollEnded{SessionID: session, Poll: p.now()})
		}, "canceled by nobody"},
		"forgets a vote with the end": {func(p *poll) { p.state.Candidates[0].Votes, p.state.TotalVotes = 1, 2; p.end(pollEnds, 1, true) }, "ended with [1 1 0 0 0 0], counted [2 1 0 0 0 0]"},
		"does not add the winner":     {func(p *poll) { p.state.AutoAdd = true; p.end(pollEnds, 1, false); p.cast(); p.cast() }, "was not added"},
		"adds the loser":              {func(p *poll) { p.state.AutoAdd = true; p.end(pollEnds, 1, false); p.add(42) }, "instead of the winner, game 41"},
		"never ends":                  {func(p *poll) { p.at = pollEnds + 1 }, "is still open"},
		"opens one by itself":         {func(p *poll) { p.end(pollEnds, 1, false); p.next() }, "2 polls began, 1 were asked for"},
		"opens a second":              {func(p *poll) { p.polls.Starting(); p.next() }, "began while poll 7001 was open"},
		"forgets the poll":            {func(p *poll) { p.polls.Told(protocol.Poll{ID: pollID + 1, Status: protocol.StatusOpen}) }, "poll 7002 was told of and is lost"},
		"told ended and goes on": {func(p *poll) {
			said := p.now()
			said.Status = protocol.StatusEnded
			p.polls.Told(said)
		}, "never ended"},
		"told otherwise": {func(p *poll) {
			p.end(pollEnds, 1, false)
			said := p.now()
			said.Winner = &said.Candidates[1]
			p.polls.Told(said)
		}, "it ended as"},
		"told a state that never was": {func(p *poll) { said := p.now(); said.Candidates[0].Votes = 9; p.polls.Told(said) }, "never stood so"},
		"REST counts one more":        {func(p *poll) { p.state.Candidates[0].Votes++; p.state.TotalVotes++ }, "the server says [3 1"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPoll()
			p.vote("a", 0, 1)
			p.vote("b", 0, 2)
			p.vote("c", 0, 1)
			c.fault(p)
			p.check()
			p.wantFinding(t, c.words)
		})
	}
}

func TestPollsThatAreGoneFromTheServerAreFound(t *testing.T) {
	p := newPoll()
	p.show(1)
	p.polls.CheckNow(p.findings, 1, nil, p.at)
	p.wantFinding(t, "knows of no poll")
	other := p.now()
	other.ID++
	p.polls.CheckNow(p.findings, 1, &other, p.at)
	p.wantFinding(t, "says poll 7002")
}

func TestVotesAfterTheMarkMayBeBehindTheHead(t *testing.T) {
	p := newPoll()
	p.vote("a", 0, 1)
	mark, head := p.polls.Mark(), protocol.Seq(len(p.log))
	p.vote("b", 0, 1)
	p.show(1, 2)
	p.polls.Check(p.findings, head, mark)
	p.wantNone(t)
	p.polls.Check(p.findings, head, p.polls.Mark())
	p.wantFinding(t, "vote of b for 1")
}

// TestTalliesAreReadHoweverTheyAreLaidOut: what the server's own encoder writes is what
// encoding/json would.
func TestTalliesAreReadHoweverTheyAreLaidOut(t *testing.T) {
	p := newPoll()
	v := p.send("a", 0, 1)
	p.count(v)
	p.polls.Acknowledged(v, p.now())
	last := len(p.log)
	p.log[last-1] = protocol.AppendPollTally(nil, p.at, protocol.Seq(last), &protocol.PollTallied{SessionID: session,
		Poll: protocol.TalliedPoll{ID: pollID, Candidates: []protocol.PollCount{{GameID: 41, Votes: 1}, {GameID: 42}}, TotalVotes: 1}})
	p.check()
	p.wantNone(t)
	if strings.Contains(string(bytes.Join(p.log, nil)), "\n") {
		t.Error("an event has a line feed")
	}
}

// again is a vote counted as that of somebody new, as the poll then stands.
func (p *poll) again(choice int) protocol.Poll {
	p.count(oracle.PollVote{Choice: choice})
	return p.now()
}

// next begins another poll.
func (p *poll) next() {
	other := p.now()
	other.ID, other.Status, other.TotalVotes, other.Winner, other.EndedAt = pollID+1, protocol.StatusOpen, 0, nil, nil
	for i := range other.Candidates {
		other.Candidates[i].Votes = 0
	}
	p.tell(protocol.EventPollStarted, protocol.PollStarted{SessionID: session, Poll: other})
}
