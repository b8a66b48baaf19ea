package oracle

import (
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// EventLog is what the screens of one session saw under each seq: the first that sees a seq writes
// the row, all others must see the same bytes. Methods may be called from any goroutine.
type EventLog struct {
	// Session is the id, Index its place among the run's sessions.
	Session protocol.SessionID
	Index   int

	votes *VoteLog
	seed  maphash.Seed
	rows  table[row]

	mu    sync.Mutex
	games []playedGame
}

// row is written under the lock and read after its hash, which is never 0.
type row struct {
	hash   atomic.Uint64
	vote   Number // -1 when the event is no vote
	game   protocol.GameID
	totals protocol.Totals
}

// playedGame is the game that votes from since on belong to.
type playedGame struct {
	since protocol.Timestamp
	game  protocol.GameID
}

// NewEventLog begins the log of a session, the index-th of the vote log's.
func NewEventLog(l *VoteLog, id protocol.SessionID, index int) *EventLog {
	return &EventLog{Session: id, Index: index, votes: l, seed: maphash.MakeSeed()}
}

// GameStarted notes that the game is played from then on.
func (r *EventLog) GameStarted(game protocol.GameID, since protocol.Timestamp) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.games = append(r.games, playedGame{since, game})
	slices.SortStableFunc(r.games, func(a, b playedGame) int { return int(a.since - b.since) })
}

// See takes the event under a seq and returns the number of its vote, -1 for none. The error says
// what does not fit; only the first that sees the event gets it, except for different bytes under
// one seq.
func (r *EventLog) See(seq protocol.Seq, event []byte) (Number, error) {
	if seq == 0 || seq >= MaxRows {
		return -1, fmt.Errorf("seq %d is out of range", seq)
	}
	hash := maphash.Bytes(r.seed, event) | 1
	row := r.rows.at(int(seq))
	was := row.hash.Load()
	if was == 0 {
		return r.write(row, hash, seq, event)
	}
	if was != hash {
		return -1, fmt.Errorf("seq %d was another event before; now it is %s", seq, event)
	}
	return row.vote, nil
}

func (r *EventLog) write(row *row, hash uint64, seq protocol.Seq, event []byte) (Number, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if was := row.hash.Load(); was == hash {
		return row.vote, nil
	} else if was != 0 {
		return -1, fmt.Errorf("seq %d was another event before; now it is %s", seq, event)
	}
	seen, err := readEvent(event)
	row.vote = -1
	if err == nil && seen.isVote {
		row.vote, row.game, row.totals = seen.vote, seen.game, seen.totals
		err = r.check(seq, seen)
	}
	row.hash.Store(hash)
	if err != nil {
		err = fmt.Errorf("seq %d: %w: %s", seq, err, event)
	}
	return row.vote, err
}

// check compares the event of a vote with the vote as it was sent.
func (r *EventLog) check(seq protocol.Seq, seen seenEvent) error {
	v, ok := r.votes.Vote(seen.vote)
	switch {
	case !ok:
		return fmt.Errorf("a vote that nobody sent")
	case v.Session != r.Index || seen.session != r.Session || seen.inner != r.Session:
		return fmt.Errorf("a vote for another session")
	case v.Up != seen.up:
		return fmt.Errorf("the other thumb was sent")
	case v.Stamp != seen.stamp:
		return fmt.Errorf("the timestamp was %v", v.Stamp)
	case seen.game != r.gameAt(v.Stamp):
		return fmt.Errorf("at that time game %d was played", r.gameAt(v.Stamp))
	}
	if other := r.votes.seen(seen.vote, seq); other != 0 {
		return fmt.Errorf("the vote stands under seq %d already", other)
	}
	return nil
}

// gameAt is the game that was played at the timestamp; the lock is held.
func (r *EventLog) gameAt(stamp protocol.Timestamp) (game protocol.GameID) {
	for _, p := range r.games {
		if p.since <= stamp {
			game = p.game
		}
	}
	return game
}

// VoteAt is the number of the vote under a seq, -1 for none or when nobody has seen it.
func (r *EventLog) VoteAt(seq protocol.Seq) Number {
	if seq == 0 || seq >= MaxRows {
		return -1
	}
	if row := r.rows.at(int(seq)); row.hash.Load() != 0 {
		return row.vote
	}
	return -1
}

// Last is the seq up to which all were seen.
func (r *EventLog) Last() protocol.Seq {
	seq := protocol.Seq(0)
	for seq+1 < MaxRows && r.rows.at(int(seq+1)).hash.Load() != 0 {
		seq++
	}
	return seq
}
