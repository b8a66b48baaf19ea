package oracle

import (
	"encoding/json"
	"fmt"

	"partyline/protocol"
)

// chapter is what the oracle keeps of an event that says how polls went: one of a poll,
// or a game that is added.
type chapter struct {
	seq  protocol.Seq
	kind protocol.EventType
	at   protocol.Timestamp
	// poll is the id of the events of polls, whole what poll.started and poll.ended say.
	poll  protocol.PollID
	whole *protocol.Poll
	// counts are the votes after a poll.tally, of as many candidates as places.
	counts counts
	places int
	total  int64
	game   protocol.GameID
}

// counts are the votes of a poll's candidates, in the order of their choices.
type counts [protocol.MaxCandidates]int64

func countsOf(p *protocol.Poll) (c counts) {
	for i := range p.Candidates[:min(len(p.Candidates), len(c))] {
		c[i] = p.Candidates[i].Votes
	}
	return c
}

func (c counts) sum() (n int64) {
	for _, v := range c {
		n += v
	}
	return n
}

// readChapter reads the data of an event; nil for one that says nothing of polls.
func readChapter(e protocol.Event, data []byte) (*chapter, error) {
	c := &chapter{seq: e.Seq, kind: e.Type, at: e.Timestamp}
	switch e.Type {
	case protocol.EventPollStarted, protocol.EventPollEnded:
		var told protocol.PollStarted // poll.ended has the same data
		if err := json.Unmarshal(data, &told); err != nil {
			return nil, err
		}
		c.poll, c.whole = told.Poll.ID, &told.Poll
		if n := len(told.Poll.Candidates); n < protocol.MinCandidates || n > protocol.MaxCandidates {
			return nil, fmt.Errorf("a poll with %d candidates", n)
		}
	case protocol.EventPollTally:
		return c, c.tallied(data)
	case protocol.EventGameAdded:
		var told protocol.GameAdded
		if err := json.Unmarshal(data, &told); err != nil {
			return nil, err
		}
		c.game = told.Game.ID
	default:
		return nil, nil
	}
	return c, nil
}

func (c *chapter) tallied(data []byte) error {
	var told protocol.PollTallied
	if err := json.Unmarshal(data, &told); err != nil {
		return err
	}
	c.poll, c.places, c.total = told.Poll.ID, len(told.Poll.Candidates), told.Poll.TotalVotes
	if c.places > len(c.counts) {
		return fmt.Errorf("a poll with %d candidates", c.places)
	}
	for i, p := range told.Poll.Candidates {
		c.counts[i] = p.Votes
	}
	return nil
}
