package session

import "partyline/protocol"

// clockAnchor ties the times in facts, which are of the wall clock, to the monotonic time of
// the running hub. It is not part of the state: it means nothing after the hub has ended.
type clockAnchor struct {
	// now is when the command was decided whose facts are applied next.
	now protocol.ClockReading
	// anchored says that the monotonic times of plays and poll are known. For a state that was
	// loaded from the journal the first SetClock, at anchoredAt, computes them for the plays
	// that were loaded; wallAhead is how far the wall clock was ahead then.
	anchored    bool
	anchoredAt  protocol.Timestamp
	loadedPlays int
	wallAhead   protocol.Timestamp
}

// SetClock tells the state the time. Decide calls it first. It must be called soon after a
// load, because the first call computes how long ago the loaded plays began; it computes
// that again after the wall clock was set.
func (s *State) SetClock(now protocol.ClockReading) {
	a := &s.clock
	a.now = now
	if !a.anchored {
		a.anchored, a.anchoredAt, a.loadedPlays = true, now.Monotonic, len(s.plays)
		s.poll.anchorEnd(now)
		s.anchorPlays()
	} else if a.loadedPlays > 0 && clockMoved(a.wallAhead, now.WallAhead()) {
		s.anchorPlays()
	}
}

// anchorPlays computes the monotonic start of the loaded plays from their played_at. A start
// after the load, or after that of a later play, is wrong, because the wall clock was ahead:
// such a play counts as begun with the one before it.
func (s *State) anchorPlays() {
	s.clock.wallAhead = s.clock.now.WallAhead()
	plays, limit := s.plays[:s.clock.loadedPlays], s.clock.anchoredAt
	for i := len(plays) - 1; i >= 0; i-- {
		p := &plays[i]
		if p.started = p.At - s.clock.wallAhead; p.started > limit {
			p.started = beforeAll
		} else {
			limit = p.started
		}
	}
	for i := 1; i < len(plays); i++ {
		plays[i].started = max(plays[i].started, plays[i-1].started)
	}
}

// clockMoved says that the wall clock was set between two measurements of how far it is ahead.
func clockMoved(a, b protocol.Timestamp) bool { return a-b >= clockNoise || b-a >= clockNoise }
