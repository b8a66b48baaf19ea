package feed

import (
	"encoding/json"

	"partyline/protocol"
)

// tally is the newest totals, encoded when somebody asks and not before: at
// thousands of votes a second nobody wants to see each of them.
type tally struct {
	games []protocol.TallyGame
	at    map[protocol.GameID]int
	set   bool
	seq   protocol.Seq // of the newest change
	frame []byte       // nil when games has changed since it was made
}

// vote is a committed vote that the tally does not count yet.
type vote struct {
	game protocol.GameID
	up   bool
}

// SetTally replaces the totals by those as of seq and calls the listener. The
// games are copied. Votes that were added and not yet published are taken to be in them.
func (f *Feed) SetTally(seq protocol.Seq, games []protocol.TallyGame) {
	if f.Closed() {
		return
	}
	f.votes, f.games = f.votes[:0], f.games[:0]
	f.mu.Lock()
	f.tally.replace(seq, games)
	f.mu.Unlock()
	f.tell()
}

// AddGame makes a row for a game that is new to the session, with the next Publish.
// A game that has one keeps it.
func (f *Feed) AddGame(game protocol.TallyGame) {
	f.games = append(f.games, game)
}

// AddVote counts one committed vote for a game with the next Publish, as of the
// last event of that Publish. A game that is not in the tally begins at zero.
func (f *Feed) AddVote(game protocol.GameID, up bool) {
	f.votes = append(f.votes, vote{game, up})
}

// Tally is the newest tally as one complete server frame, and the seq of its last
// change; nil when that is not after the cursor, or when there is no tally yet.
// However many ask, a change is encoded once. The frame never changes.
func (f *Feed) Tally(after protocol.Seq) (frame []byte, seq protocol.Seq) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := &f.tally
	if !t.set || t.seq <= after {
		return nil, after
	}
	if t.frame == nil {
		t.frame = t.encode(f.session)
	}
	return t.frame, t.seq
}

func (t *tally) replace(seq protocol.Seq, games []protocol.TallyGame) {
	t.games = append(make([]protocol.TallyGame, 0, len(games)), games...)
	t.at = make(map[protocol.GameID]int, len(games))
	for i, g := range games {
		t.at[g.ID] = i
	}
	t.set, t.seq, t.frame = true, seq, nil
}

func (t *tally) admit(seq protocol.Seq, games []protocol.TallyGame) {
	if len(games) == 0 {
		return
	}
	if !t.set {
		t.replace(seq, nil)
	}
	for _, g := range games {
		if _, known := t.at[g.ID]; known {
			continue
		}
		t.at[g.ID] = len(t.games)
		t.games = append(t.games, g)
	}
	t.seq, t.frame = seq, nil
}

func (t *tally) count(seq protocol.Seq, votes []vote) {
	if len(votes) == 0 {
		return
	}
	if !t.set {
		t.replace(seq, nil)
	}
	for _, v := range votes {
		t.game(v.game).add(v.up)
	}
	t.seq, t.frame = seq, nil
}

func (t *tally) game(id protocol.GameID) *row {
	i, ok := t.at[id]
	if !ok {
		i = len(t.games)
		t.games = append(t.games, protocol.TallyGame{ID: id})
		t.at[id] = i
	}
	return (*row)(&t.games[i])
}

// row is a TallyGame that can count.
type row protocol.TallyGame

func (r *row) add(up bool) {
	if up {
		r.Totals = protocol.NewTotals(r.Upvotes+1, r.Downvotes)
		r.SessionUpvotes++
		return
	}
	r.Totals = protocol.NewTotals(r.Upvotes, r.Downvotes+1)
	r.SessionDownvotes++
}

func (t *tally) encode(session protocol.SessionID) []byte {
	// Integers and strings only: it cannot fail.
	body, _ := json.Marshal(protocol.Tally{Type: protocol.MessageTally, SessionID: session, Seq: t.seq, Games: t.games})
	return protocol.AppendFrame(make([]byte, 0, len(body)+protocol.MaxFrameHeader), body)
}
