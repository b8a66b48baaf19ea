package session

import (
	"math"
	"sort"

	"partyline/protocol"
)

// A vote counts for the game that was on when the vote was sent, which its timestamp tells.
// The hub compares the timestamp with two times of its own: the wall clock, which may have
// been set since, and the monotonic time, which is right if the wall clock was right at the
// start. A timestamp close to either of them is recent: the vote's age is known, and with it
// the game that was on that long ago, whatever the clocks say. An older timestamp is compared
// with the times at which the games began.

const (
	// recentAge is the largest age of a timestamp that counts as recent: bots and chats are some
	// seconds late. It is as long as a timestamp may lie in the future.
	recentAge = futureTolerance
	// voterClockError is how far the clocks of voters usually go wrong.
	voterClockError protocol.Timestamp = 2000
	// clockNoise is the largest step of the wall clock that is ignored.
	clockNoise protocol.Timestamp = 1000
	// beforeAll is earlier than every timestamp.
	beforeAll protocol.Timestamp = math.MinInt64 / 2
)

// playAt finds the play that a vote of that timestamp counts for: of those not removed the
// newest that had begun when the vote was sent. The play's status does not matter: it is
// set later, and a voter saw a game that the host skipped all the same.
func (s *State) playAt(ts protocol.Timestamp, now protocol.ClockReading) (protocol.PlayID, *protocol.Error) {
	if s.playCount == 0 {
		return 0, protocol.Errorf(protocol.CodeNotFound, "No games have been played in the active session yet")
	}
	n := 0
	if sent, isRecent := sentAt(ts, now); isRecent {
		n = s.countStartedBy(sent)
	} else {
		n = s.countEstimatedBy(sent, now)
	}
	for ; n > 0; n-- {
		if !s.plays[n-1].Removed {
			return protocol.NewPlayID(s.id, n), nil
		}
	}
	return 0, protocol.Errorf(protocol.CodeNotFound, "Vote timestamp does not match any game in the active session")
}

// sentAt returns the monotonic time at which a vote was sent, and whether the timestamp is
// recent. Of the two readings of a timestamp the one with the smaller age holds.
func sentAt(ts protocol.Timestamp, now protocol.ClockReading) (sent protocol.Timestamp, isRecent bool) {
	late, steadyLate := lateness(now.Wall-ts), lateness(now.Monotonic-ts)
	switch {
	case steadyLate < late:
		return ts, true
	case late < notRecent:
		return ts - now.WallAhead(), true
	case ts > now.Wall:
		return ts, false // the wall clock is behind, the timestamp cannot be by it
	}
	return ts - now.WallAhead(), false
}

// notRecent is the lateness of a timestamp that is not recent.
const notRecent = math.MaxInt64

// lateness orders ages by how likely they are for a vote that was just sent. A timestamp in
// the future is less likely than every recent one in the past.
func lateness(age protocol.Timestamp) int64 {
	switch {
	case age > recentAge || age < -futureTolerance:
		return notRecent
	case age < -voterClockError:
		return int64(recentAge - age)
	}
	return int64(max(age, 0))
}

// countStartedBy counts the plays, removed ones too, that had begun at a monotonic time.
func (s *State) countStartedBy(sent protocol.Timestamp) int {
	n := len(s.plays)
	if n == 0 || s.plays[n-1].started <= sent {
		return n // nearly every vote is for the newest play
	}
	return sort.Search(n, func(i int) bool { return s.plays[i].started > sent })
}

// countEstimatedBy is countStartedBy for timestamps that are not recent.
func (s *State) countEstimatedBy(sent protocol.Timestamp, now protocol.ClockReading) int {
	for n := len(s.plays); n > 0; n-- {
		if s.plays[n-1].estimatedStart(now) <= sent {
			return n
		}
	}
	return 0
}

// estimatedStart returns the monotonic time at which a play began, for timestamps that are
// not recent. While the wall clock was not set since the start it is the measured time. Else
// either the machine slept or the wall clock is right only now: the play began at its
// played_at, unless that is later than what was measured.
func (p *play) estimatedStart(now protocol.ClockReading) protocol.Timestamp {
	if ahead := now.WallAhead(); clockMoved(ahead, 0) {
		return min(p.started, p.At-ahead)
	}
	return p.started
}
