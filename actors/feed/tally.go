package feed

import (
	"encoding/json"

	"partyline/protocol"
)

// tally is the newest totals, the newest votes and the open poll. It is encoded when it is
// read: at thousands of votes a second nobody reads each of them.
type tally struct {
	games  []protocol.TallyGame
	index  map[protocol.GameID]int
	latest protocol.LatestVotes
	poll   *protocol.TallyPoll // the open one, nil while there is none
	seq    protocol.Seq        // of the last change
	frame  []byte              // nil after a change
}

// vote is a committed vote that is not counted yet, or a counted one that was taken back.
type vote struct {
	game protocol.GameID
	up   bool
	n    int64 // 1, or -1 for a vote taken back
}

// AddVote counts one committed vote with the next Publish, as of the last event of that
// Publish, and subtracts the vote it replaces. A game that is not in the tally begins at zero.
func (f *Feed) AddVote(v protocol.LatestVote) {
	f.votes = append(f.votes, vote{v.GameID, v.Type == protocol.VoteUp, 1})
	if v.Replaced != "" {
		f.votes = append(f.votes, vote{v.GameID, v.Replaced == protocol.VoteUp, -1})
	}
	f.latest.Add(v)
}

// reset begins anew with a state. The games are copied, because they are counted up here.
func (t *tally) reset(s *protocol.SessionState, latest protocol.LatestVotes) {
	t.games = append(make([]protocol.TallyGame, 0, len(s.Tallies)), s.Tallies...)
	t.index = make(map[protocol.GameID]int, len(s.Tallies))
	for i, g := range s.Tallies {
		t.index[g.ID] = i
	}
	t.latest, t.poll, t.seq, t.frame = latest, pollTally(s.Poll), s.Seq, nil
}

// count counts the votes of one Publish.
func (t *tally) count(seq protocol.Seq, votes []vote, latest *protocol.LatestVotes) {
	if len(votes) == 0 {
		return
	}
	for _, v := range votes {
		t.game(v.game).add(v.up, v.n)
	}
	t.latest, t.seq, t.frame = *latest, seq, nil
}

func (t *tally) game(id protocol.GameID) *tallyRow {
	i, ok := t.index[id]
	if !ok {
		if t.index == nil {
			t.index = map[protocol.GameID]int{}
		}
		i = len(t.games)
		t.games = append(t.games, protocol.TallyGame{ID: id})
		t.index[id] = i
	}
	return (*tallyRow)(&t.games[i])
}

// tallyRow is a TallyGame with a method to count.
type tallyRow protocol.TallyGame

// add counts n more votes; a vote that is taken back is -1.
func (r *tallyRow) add(up bool, n int64) {
	if up {
		r.Totals = protocol.NewTotals(r.Upvotes+n, r.Downvotes)
		r.SessionUpvotes += n
		return
	}
	r.Totals = protocol.NewTotals(r.Upvotes, r.Downvotes+n)
	r.SessionDownvotes += n
}

// encoded is the tally as one complete server frame. A change is encoded once.
func (t *tally) encoded(session protocol.SessionID) []byte {
	if t.frame == nil {
		t.frame = encodeFrame(protocol.Tally{Type: protocol.MessageTally, SessionID: session, Seq: t.seq, Games: t.games, Latest: t.latest.List(), Poll: t.poll})
	}
	return t.frame
}

// encodeFrame encodes a message as one complete server frame.
func encodeFrame(message any) []byte {
	body, _ := json.Marshal(message) // texts, numbers and booleans only: it cannot fail
	return protocol.AppendFrame(make([]byte, 0, len(body)+protocol.MaxFrameHeader), body)
}

// pollVote is a committed vote in a poll that is not counted yet.
type pollVote struct {
	poll             protocol.PollID
	choice, previous int
}

// AddPollVote counts one committed vote in a poll with the next Publish. Previous is the
// choice that it replaces, 0 for none. Votes in a poll that is not open in the newest state
// are not counted: its beginning has made the feed stale.
func (f *Feed) AddPollVote(poll protocol.PollID, choice, previous int) {
	f.pollVotes = append(f.pollVotes, pollVote{poll, choice, previous})
}

// pollTally is the tally of an open poll, nil for none or one that has ended.
func pollTally(p *protocol.Poll) *protocol.TallyPoll {
	if p == nil || p.Status != protocol.StatusOpen {
		return nil
	}
	t := &protocol.TallyPoll{ID: p.ID, Votes: make([]int64, len(p.Candidates)), Total: p.TotalVotes}
	for i, c := range p.Candidates {
		t.Votes[i] = c.Votes
	}
	return t
}

// countPollVotes counts the votes in polls of one Publish.
func (t *tally) countPollVotes(seq protocol.Seq, votes []pollVote) {
	for _, v := range votes {
		p := t.poll
		if p == nil || p.ID != v.poll || max(v.choice, v.previous) > len(p.Votes) {
			continue
		}
		p.Votes[v.choice-1]++
		if v.previous > 0 {
			p.Votes[v.previous-1]--
		} else {
			p.Total++
		}
		t.seq, t.frame = seq, nil
	}
}
