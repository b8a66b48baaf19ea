package session

import "partyline/protocol"

// anchor is what a state knows of the hub's times that no fact tells. It is no state: it
// says nothing after the hub has ended.
type anchor struct {
	// now is when the command is decided whose facts are applied next.
	now protocol.ClockReading
	// known: the steady times of plays and poll are known. Those of a state that was read
	// from the journal are found out by its first Look, which was at since: the first
	// read plays had begun by then. ahead is how far the clock was ahead when they were
	// found out.
	known bool
	since protocol.Timestamp
	read  int
	ahead protocol.Timestamp
}

// Look tells the state the time; Decide does so first. A state that was read from the
// journal finds out from it how long ago that was, so it is to be told soon. What
// played_at tells is another steady time after the clock was set.
func (h *State) Look(now protocol.ClockReading) {
	a := &h.anchor
	a.now = now
	if !a.known {
		a.known, a.since, a.read = true, now.Monotonic, len(h.plays)
		h.poll.anchor(now)
		h.findBeginnings()
	} else if a.read > 0 && apart(a.ahead, now.WallAhead()) {
		h.findBeginnings()
	}
}

// findBeginnings sets the steady times of the plays that were read, as far as their
// played_at tells. One that would not have begun when it was read, or after a later one,
// is false: the clock was ahead. It counts as begun with the one before it.
func (h *State) findBeginnings() {
	h.anchor.ahead = h.anchor.now.WallAhead()
	plays, limit := h.plays[:h.anchor.read], h.anchor.since
	for i := len(plays) - 1; i >= 0; i-- {
		p := &plays[i]
		if p.began = p.At - h.anchor.ahead; p.began > limit {
			p.began = ever
		} else {
			limit = p.began
		}
	}
	for i := 1; i < len(plays); i++ {
		plays[i].began = max(plays[i].began, plays[i-1].began)
	}
}

// apart says that the clock was set between two looks at how far it is ahead: the noise of
// looking is less than a second.
func apart(a, b protocol.Timestamp) bool { return a-b >= tick || b-a >= tick }
