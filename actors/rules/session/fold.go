package session

import (
	"time"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// MinKeepVotes is the shortest time for which the votes of a closed session are kept: events
// wait for a webhook for as long, and redeliveries read them from the journal.
const MinKeepVotes = 30 * 24 * time.Hour

// FoldVotes is the command of the hub's own retention to fold the single votes of a session
// that was closed long ago into its totals. It is refused while the session is active
// (session_active), and with conflict when it is too young or has other votes than those that
// the sender has seen. A session that is folded already decides nothing.
type FoldVotes struct {
	ID protocol.SessionID
	// Keep is for how long the votes are kept, in milliseconds, at least MinKeepVotes.
	Keep protocol.Timestamp
	// Recorded is when the session's newest record was committed, and Present when the newest
	// record of all was, both by the journal. The session is old only if the clock and the
	// journal say so: a clock that is wrong for a while must cost nobody a vote.
	Recorded, Present protocol.Timestamp
	// Votes is how many votes the sender has exported, negative when none were.
	Votes int64
}

// Old is true when the session's end lies longer ago than Keep by both.
func (c FoldVotes) Old(now protocol.ClockReading) bool {
	return c.Recorded+c.Keep < min(now.Earlier(), c.Present)
}

// Target implements protocol.SessionCommand.
func (c FoldVotes) Target() protocol.SessionID { return c.ID }

// Check implements protocol.Command.
func (c FoldVotes) Check() *protocol.Error {
	if c.Keep < protocol.Timestamp(MinKeepVotes.Milliseconds()) {
		return protocol.Invalid("votes are kept for %s at least", MinKeepVotes)
	}
	return nil
}

// folded is what a session knows of its folding. The fields are exported for the snapshot only.
type folded struct {
	At protocol.Timestamp `json:"at"`
	// Seq is the number of the fact, before which the journal may hold nothing any more.
	Seq   protocol.Seq `json:"seq"`
	Votes int64        `json:"votes"`
}

// valid says whether a session in the phase can be folded so; f may be nil.
func (f *folded) valid(p phase) bool {
	return f == nil || p == phaseClosed && f.At > 0 && f.Seq > 0 && f.Votes >= 0
}

// decideFold decides FoldVotes.
func (s *State) decideFold(dst []fact.Fact, c FoldVotes, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	switch {
	case s.phase != phaseClosed:
		return dst, protocol.Errorf(protocol.CodeSessionActive, "Cannot fold the votes of an active session")
	case s.folded != nil:
		return dst, nil
	case !c.Old(now) || s.closed+c.Keep >= min(now.Earlier(), c.Present):
		return dst, protocol.Errorf(protocol.CodeConflict, "The session is too young to fold its votes")
	}
	f := s.foldedFact(now.Wall)
	if c.Votes >= 0 && c.Votes != f.Votes {
		return dst, protocol.Errorf(protocol.CodeConflict, "The session has %d votes, and %d were exported", f.Votes, c.Votes)
	}
	if !f.Valid() {
		// What cannot be read back must not be written.
		return dst, protocol.Internal()
	}
	return append(dst, f), nil
}

// foldedFact is all of the session but its single votes.
func (s *State) foldedFact(at protocol.Timestamp) *fact.VotesFolded {
	f := &fact.VotesFolded{
		At: at, Opened: s.created, Closed: s.closed, Notes: s.notes, Generation: s.join.Generation, Policy: s.join.Policy, Poll: s.poll.fold(),
	}
	for i := range s.plays {
		p := &s.plays[i]
		f.Plays = append(f.Plays, fact.FoldedPlay{
			At: p.At, Status: p.Status, Removed: p.Removed, Manual: p.Manual, RoomCode: p.RoomCode, Count: p.Count, CountStatus: p.CountStatus, Game: p.Game,
		})
	}
	for _, t := range s.tallies {
		f.Games = append(f.Games, fact.FoldedGame(t))
		f.Votes += t.Up + t.Down
	}
	return f
}

// fold is the poll in a fact; p may be nil.
func (p *poll) fold() *fact.FoldedPoll {
	if p == nil {
		return nil
	}
	f := &fact.FoldedPoll{Number: p.Number, Started: p.Started, Ends: p.Ends, Ended: p.Ended, AutoAdd: p.AutoAdd, Choice: p.Choice, Tie: p.Tie, Added: p.Added}
	if p.Plays != nil {
		f.Plays = *p.Plays
	}
	for _, c := range p.Candidates {
		f.Candidates = append(f.Candidates, fact.FoldedCandidate(c))
	}
	return f
}

// applyFold replaces the state by what the fact holds, also when the facts before it are not
// known any more.
func (s *State) applyFold(f *fact.VotesFolded, seq protocol.Seq) {
	n := State{
		id: s.id, phase: phaseClosed, created: f.Opened, closed: f.Closed, last: f.At, notes: f.Notes,
		join: join{Generation: f.Generation, Policy: f.Policy}, tallyIndex: make(map[protocol.GameID]int, len(f.Games)),
		folded: &folded{At: f.At, Seq: seq, Votes: f.Votes}, clock: clockAnchor{now: s.clock.now}, poll: unfold(f.Poll),
	}
	for i, g := range f.Games {
		n.tallies = append(n.tallies, tally(g))
		n.tallyIndex[g.ID] = i
	}
	for i := range f.Plays {
		p := &f.Plays[i]
		n.plays = append(n.plays, play{
			At: p.At, Status: p.Status, Removed: p.Removed, Manual: p.Manual, RoomCode: p.RoomCode, Count: p.Count, CountStatus: p.CountStatus,
			Game: p.Game, tally: n.tallyIndex[p.Game.ID],
		})
		if !p.Removed {
			n.playCount++
		}
	}
	*s = n
	s.SetClock(s.clock.now)
}

// unfold is the poll of a fact; f may be nil.
func unfold(f *fact.FoldedPoll) *poll {
	if f == nil {
		return nil
	}
	plays := f.Plays
	p := &poll{
		Number: f.Number, Status: protocol.StatusEnded, Started: f.Started, Ends: f.Ends, Ended: f.Ended, AutoAdd: f.AutoAdd,
		Choice: f.Choice, Tie: f.Tie, Added: f.Added, Plays: &plays,
	}
	if f.Choice == 0 {
		p.Status = protocol.StatusCanceled
	}
	for _, c := range f.Candidates {
		p.Candidates = append(p.Candidates, candidate(c))
	}
	return p
}

// FoldedSeq is the number of the fact that has folded the votes, 0 while none has: events
// before it may be gone.
func (s *State) FoldedSeq() protocol.Seq {
	if s.folded == nil {
		return 0
	}
	return s.folded.Seq
}

// FoldedVotes is how many votes were folded, and when; ok is false while none were.
func (s *State) FoldedVotes() (votes int64, at protocol.Timestamp, ok bool) {
	if s.folded == nil {
		return 0, 0, false
	}
	return s.folded.Votes, s.folded.At, true
}
