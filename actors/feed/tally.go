package feed

import (
	"encoding/json"

	"partyline/protocol"
)

// tally is the newest totals, the newest votes and the open poll, encoded when somebody asks and not
// before: at thousands of votes a second nobody wants to see each of them.
type tally struct {
	games  []protocol.TallyGame
	at     map[protocol.GameID]int
	latest protocol.LatestVotes
	poll   *protocol.TallyPoll // of the open poll, nil while there is none
	seq    protocol.Seq        // as of which all that is
	frame  []byte              // nil when something has changed since it was made
}

// vote is a committed vote that the tally does not count yet, or one that it counts
// and that was taken back.
type vote struct {
	game protocol.GameID
	up   bool
	n    int64 // 1, or -1 for a vote taken back
}

// AddVote counts one committed vote with the next Publish, as of the last event of
// that Publish, and takes out the one that it replaces. A game that is not in the tally
// begins at zero.
func (f *Feed) AddVote(v protocol.LatestVote) {
	f.votes = append(f.votes, vote{v.GameID, v.Type == protocol.VoteUp, 1})
	if v.Replaced != "" {
		f.votes = append(f.votes, vote{v.GameID, v.Replaced == protocol.VoteUp, -1})
	}
	f.latest.Add(v)
}

// replace begins anew with a state. What is counted from here on is ours alone, so the
// games are copied.
func (t *tally) replace(s *protocol.SessionState, latest protocol.LatestVotes) {
	t.games = append(make([]protocol.TallyGame, 0, len(s.Tallies)), s.Tallies...)
	t.at = make(map[protocol.GameID]int, len(s.Tallies))
	for i, g := range s.Tallies {
		t.at[g.ID] = i
	}
	t.latest, t.poll, t.seq, t.frame = latest, standing(s.Poll), s.Seq, nil
}

// count takes in the votes of one Publish.
func (t *tally) count(seq protocol.Seq, votes []vote, latest *protocol.LatestVotes) {
	if len(votes) == 0 {
		return
	}
	for _, v := range votes {
		t.game(v.game).add(v.up, v.n)
	}
	t.latest, t.seq, t.frame = *latest, seq, nil
}

func (t *tally) game(id protocol.GameID) *row {
	i, ok := t.at[id]
	if !ok {
		if t.at == nil {
			t.at = map[protocol.GameID]int{}
		}
		i = len(t.games)
		t.games = append(t.games, protocol.TallyGame{ID: id})
		t.at[id] = i
	}
	return (*row)(&t.games[i])
}

// row is a TallyGame that can count.
type row protocol.TallyGame

// add counts n votes more; a vote that is taken back is one less.
func (r *row) add(up bool, n int64) {
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
		t.frame = frameOf(protocol.Tally{Type: protocol.MessageTally, SessionID: session, Seq: t.seq, Games: t.games, Latest: t.latest.List(), Poll: t.poll})
	}
	return t.frame
}

// frameOf is a message as one complete server frame.
func frameOf(message any) []byte {
	body, _ := json.Marshal(message) // texts, numbers and booleans only: it cannot fail
	return protocol.AppendFrame(make([]byte, 0, len(body)+protocol.MaxFrameHeader), body)
}
